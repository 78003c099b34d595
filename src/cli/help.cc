#include "cli/help.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::string_view kPurpose =
    "Reads what a breached server left behind and says what happened, and where each claim can be "
    "re-read.";

std::string entry(std::string_view name, std::string_view text, std::size_t name_columns) {
  std::string line = fmt::format("  {:<{}}", name, name_columns);
  if (name.size() + 1 > name_columns) line = fmt::format("  {}\n  {:{}}", name, "", name_columns);
  return line + wrapped(text, kWidth, name_columns + 2) + "\n";
}

// A dash and a backslash mean something to roff.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string roff_flag(const Flag& flag) {
  std::string out = ".TP\n";
  if (flag.short_name != 0) out += fmt::format("\\fB\\-{}\\fR, ", flag.short_name);
  out += fmt::format("\\fB\\-\\-{}\\fR", roff(flag.name));
  if (!flag.value.empty()) out += fmt::format(" \\fI{}\\fR", roff(flag.value));
  out += "\n" + roff(flag.line);
  if (!flag.paragraph.empty()) out += "\n" + roff(flag.paragraph);
  return out + "\n";
}

std::string roff_command(const Command& command) {
  std::string out = fmt::format(".SS \"{}\"\n", roff(usage_of(command)));
  out += roff(command.line) + "\n";
  if (!command.paragraph.empty()) out += ".PP\n" + roff(command.paragraph) + "\n";
  for (const Argument& argument : command.arguments)
    out += fmt::format(".TP\n\\fI{}\\fR\n{}\n", roff(argument.name), roff(argument.line));
  for (const Flag& flag : command.flags) out += roff_flag(flag);
  return out + fmt::format(".PP\nExample:\n.PP\n.nf\n    {}\n.fi\n", roff(command.example));
}

}  // namespace

std::string flag_usage(const Flag& flag) {
  std::string out = flag.short_name != 0 ? fmt::format("-{}, ", flag.short_name) : "    ";
  out += fmt::format("--{}", flag.name);
  if (!flag.value.empty()) out += fmt::format(" {}", flag.value);
  return out;
}

std::string usage_of(const Command& command) {
  std::string out = fmt::format("pugmark {}", command.name);
  for (const Argument& argument : command.arguments) {
    const std::string name = fmt::format("{}{}", argument.name, argument.repeatable ? "..." : "");
    out += argument.required ? " " + name : " [" + name + "]";
  }
  for (const Flag& flag : command.flags) {
    const bool asked_for = flag.line.find("Must be given.") != std::string_view::npos;
    if (asked_for) {
      out += flag.short_name != 0 ? fmt::format(" -{} {}", flag.short_name, flag.value)
                                  : fmt::format(" --{} {}", flag.name, flag.value);
    }
  }
  return out + " [OPTIONS]";
}

std::string help_of_all() {
  std::string out = wrapped(kPurpose, kWidth, 0) + "\n\n";
  for (const Command& command : commands()) out += entry(command.name, command.line, 13);
  out += "\nOptions of every command:\n";
  for (const Flag& flag : common_flags()) out += entry(flag_usage(flag), flag.line, 22);
  out += "\nExit codes:\n";
  for (const ExitCode& code : exit_codes())
    out += entry(fmt::format("{}", code.code), code.meaning, 3);
  return out + "\nMore: pugmark COMMAND --help, and pugmark man | man -l -\n";
}

std::string help_of(const Command& command) {
  std::string out = usage_of(command) + "\n\n" + wrapped(command.line, kWidth, 0) + "\n";
  if (!command.paragraph.empty()) out += "\n" + wrapped(command.paragraph, kWidth, 0) + "\n";
  if (!command.arguments.empty()) out += "\n";
  for (const Argument& argument : command.arguments) out += entry(argument.name, argument.line, 28);
  out += "\n";
  for (const Flag& flag : offered_flags(command)) out += entry(flag_usage(flag), flag.line, 28);
  return out + fmt::format("\nExample:\n  {}\n", command.example);
}

std::string help_of_group(std::string_view first_word) {
  std::string out;
  for (const Command& command : commands()) {
    if (!command.name.starts_with(std::string(first_word) + " ")) continue;
    out += usage_of(command) + "\n  " + wrapped(command.line, kWidth, 2) + "\n\n";
  }
  return out + fmt::format("More: pugmark {} COMMAND --help\n", first_word);
}

std::string man_page(std::string_view version) {
  std::string out = fmt::format(".TH PUGMARK 1 \"\" \"pugmark {}\" \"User commands\"\n", version);
  out += ".SH NAME\npugmark \\- says what happened on a breached server\n.SH SYNOPSIS\n.nf\n";
  for (const Command& command : commands()) out += roff(usage_of(command)) + "\n";
  out += ".fi\n.SH DESCRIPTION\n" + roff(kPurpose) + "\n";
  out +=
      ".PP\nResults go to standard output, everything else to standard error. A progress bar is "
      "drawn only on a terminal. Nothing is ever asked.\n.SH COMMANDS\n";
  for (const Command& command : commands()) out += roff_command(command);
  out += ".SH \"OPTIONS OF EVERY COMMAND\"\n";
  for (const Flag& flag : common_flags()) out += roff_flag(flag);
  out +=
      ".SH LIMITS\nBounds on what evidence and rules may ask of the program. Where evidence "
      "reaches one, that is a gap, or what is beyond it is only counted, and the run goes on. "
      "Where a rule or its file reaches one, the rule is rejected and the run goes on without it. "
      "\\fBhunt \\-\\-limit\\fR \\fINAME=VALUE\\fR changes one.\n";
  const Limits defaults;
  for (const LimitName& limit : limit_names()) {
    out += fmt::format(".TP\n\\fB{}\\fR (default {})\n{}\n", roff(limit.name),
                       defaults.*limit.member, roff(limit.meaning));
  }
  out += ".SH \"EXIT STATUS\"\n";
  for (const ExitCode& code : exit_codes())
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", code.code, roff(code.meaning));
  out += ".SH ENVIRONMENT\n";
  for (const EnvironmentVariable& variable : environment_variables())
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", variable.name, roff(variable.meaning));
  return out;
}

}  // namespace pugmark
