#pragma once

#include <string>

#include "detect/yara/rules.h"

namespace pugmark::yara {

// Fills what follows from a rule's name and its `meta`: title, level, author,
// references, techniques.
//
//   score 80 and above  critical     40 to 59   medium     none  high
//   60 to 79            high         below 40   low
//
// At most medium is what calls itself suspicious (SUSP_..., "Suspicious ..." or "Detects suspicious
// ..."), and what is noisy.
void describe(Rule& rule);

}  // namespace pugmark::yara
