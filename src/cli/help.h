#pragma once

#include <string>
#include <string_view>

#include "cli/flags.h"

namespace pugmark {

// All made from the tables of cli/flags.h. The same program gives the same bytes.
std::string help_of_all();
std::string help_of(const Command& command);
std::string help_of_group(std::string_view first_word);  // "rules": its commands
std::string man_page(std::string_view version);          // roff, man macros
std::string completions_bash();
std::string completions_zsh();
std::string completions_fish();

// "-o, --output CASE", or "    --jsonl".
std::string flag_usage(const Flag& flag);
// "pugmark show CASE [WHAT] [OPTIONS]".
std::string usage_of(const Command& command);

}  // namespace pugmark
