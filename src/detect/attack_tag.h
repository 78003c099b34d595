#pragma once

#include <string>
#include <string_view>

namespace pugmark {

// "T1505.003" of the tag "attack.t1505.003", in any case; also of groups (G) and software (S).
// Empty for any other tag, tactics ("attack.persistence") included.
std::string attack_id_of(std::string_view tag);

}  // namespace pugmark
