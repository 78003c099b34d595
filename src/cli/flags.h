#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace pugmark {

// The command line as data. Parsing, --help, the man page and the completions of three shells are
// all made from these tables, so they cannot disagree.

struct Flag {
  std::string_view name;   // "rules": --rules
  char short_name = 0;     // 'r': -r; 0 if there is none
  std::string_view value;  // "DIR"; "" for a switch
  bool repeatable = false;
  std::string_view line;                           // one line for --help
  std::string_view paragraph;                      // more for the man page, may be empty
  std::span<const std::string_view> choices = {};  // the only values, if they are few
  bool is_path = false;                            // for completions
};

struct Argument {
  std::string_view name;  // "EVIDENCE"
  bool required = true;
  bool repeatable = false;
  std::string_view line;
  std::span<const std::string_view> choices = {};
  bool is_path = true;
};

// An option of other commands that a user may expect here too, and what there is instead.
struct ForeignFlag {
  std::string_view name;  // "from"
  std::string_view why_not;
  std::string_view hint;
};

struct Command {
  std::string_view name;  // "hunt", "rules check"
  std::string_view line;
  std::string_view paragraph;
  std::string_view example;
  std::vector<Argument> arguments;
  std::vector<Flag> flags;     // without those of common_flags()
  bool reads_nothing = false;  // no evidence, rules or case: there is no work for threads
  std::vector<ForeignFlag> foreign_flags = {};
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);

// Understood by every command.
std::span<const Flag> common_flags();

// Those of the command, then those of common_flags() that can matter to it: what help and
// completions name.
std::vector<Flag> offered_flags(const Command& command);

struct ExitCode {
  int code = 0;
  std::string_view meaning;
};
std::span<const ExitCode> exit_codes();

struct EnvironmentVariable {
  std::string_view name;
  std::string_view meaning;
};
std::span<const EnvironmentVariable> environment_variables();

}  // namespace pugmark
