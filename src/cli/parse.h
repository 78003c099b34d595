#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/flags.h"

namespace pugmark {

// A command line that fits the tables of cli/flags.h. Owns its texts.
struct ParsedLine {
  const Command* command = nullptr;
  bool help = false;  // of `command`, or of `group`, or else of all
  std::string group;  // "rules": the first word of several commands, if help is asked for it
  std::map<std::string, std::vector<std::string>> flags;  // by name; switches have no values
  std::map<std::string, std::vector<std::string>> arguments;

  bool has(const std::string& flag) const { return flags.count(flag) != 0; }
  // The (last) value of a flag or argument, or "".
  std::string flag(const std::string& name) const;
  std::string argument(const std::string& name) const;
  std::vector<std::string> all(const std::string& flag) const;
};

// `words`: the command line without the program's name. kInvalidInput says what is wrong and names
// the nearest right word.
Result<ParsedLine> parse_line(const std::vector<std::string>& words);

// The entry most like `word`, if one is near enough to be meant; else "".
std::string nearest(std::string_view word, const std::vector<std::string_view>& entries);

}  // namespace pugmark
