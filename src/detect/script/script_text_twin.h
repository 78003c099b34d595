#pragma once

#include <string>

#include "base/bytes.h"
#include "detect/script/script_text.h"

namespace pugmark::script {

// Reads the bytes at the place of every character of `text` again, each by itself, and says what
// does not agree; empty if all of it does. Quadratic in nothing, but slow.
std::string disagreement(Bytes bytes, const ScriptText& text);

}  // namespace pugmark::script
