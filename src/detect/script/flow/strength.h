#pragma once

#include "detect/script/flow/interpreter.h"

namespace pugmark::script {

// How much a flow speaks for a backdoor: 0 (not at all) to 100. For the order of reasons, and what
// verdicts rest on where no model speaks. Thread-safe.
int strength_of(const Flow& flow);

}  // namespace pugmark::script
