#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

namespace pugmark {
namespace {

constexpr std::string_view kSeeHelp = "See pugmark --help.";

// Steps (insert, delete, replace, swap of neighbours) from one word to the other: Damerau's
// distance in the form of optimal string alignment.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        steps[i][j] = i + j;
        continue;
      }
      const std::size_t replace = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      steps[i][j] = std::min({replace, steps[i - 1][j] + 1, steps[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  }
  return steps[a.size()][b.size()];
}

Error usage(std::string message, std::string_view suggestion, std::string_view hint = kSeeHelp) {
  return {ErrorCode::kInvalidInput, std::move(message),
          suggestion.empty() ? std::string(hint) : fmt::format("Did you mean {}?", suggestion)};
}

Error misuse(const Command& command, std::string message) {
  return usage(fmt::format("{}: {}", command.name, message), "",
               fmt::format("See pugmark {} --help.", command.name));
}

std::vector<const Flag*> flags_of(const Command& command) {
  std::vector<const Flag*> flags;
  for (const Flag& flag : command.flags) flags.push_back(&flag);
  for (const Flag& flag : common_flags()) flags.push_back(&flag);
  return flags;
}

Error unknown_command(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Command& command : commands())
    names.push_back(command.name.substr(0, command.name.find(' ')));
  return usage(fmt::format("{}: no such command", word), nearest(word, names));
}

// "rules", which is no command by itself.
bool is_group(const std::string& word) {
  return find_command(word) == nullptr &&
         std::any_of(commands().begin(), commands().end(),
                     [&](const Command& command) { return command.name.starts_with(word + " "); });
}

// The command at the front of `words`, which are taken away.
Result<const Command*> take_command(std::vector<std::string>& words) {
  const std::string first = words.front();
  if (const Command* command = find_command(first)) {
    words.erase(words.begin());
    return command;
  }
  std::vector<std::string_view> seconds;
  for (const Command& command : commands())
    if (command.name.starts_with(first + " "))
      seconds.push_back(command.name.substr(first.size() + 1));
  if (seconds.empty()) return unknown_command(first);
  const std::string second = words.size() > 1 ? words[1] : "";
  if (const Command* command = find_command(first + " " + second)) {
    words.erase(words.begin(), words.begin() + 2);
    return command;
  }
  return usage(fmt::format("{}: needs {} after it", first, fmt::join(seconds, " or ")),
               nearest(second, seconds));
}

// Unknown long options are looked for first, because only here the nearest known one can be named.
Status check_long_options(const Command& command, const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const Flag* flag : flags_of(command)) known.push_back("--" + std::string(flag->name));
  for (const std::string& word : words) {
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    const std::string name = word.substr(0, word.find('='));
    if (const auto found = std::find(known.begin(), known.end(), name); found != known.end()) {
      const Flag& flag = *flags_of(command)[static_cast<std::size_t>(found - known.begin())];
      if (!flag.value.empty() || name == word) continue;
      return misuse(command, fmt::format("{} takes no value", name));
    }
    for (const ForeignFlag& foreign : command.foreign_flags) {
      if (name.substr(2) == foreign.name)
        return usage(fmt::format("{}: {}", name, foreign.why_not), "", foreign.hint);
    }
    return usage(fmt::format("{}: {} has no such option", name, command.name),
                 nearest(name, {known.begin(), known.end()}),
                 fmt::format("See pugmark {} --help.", command.name));
  }
  return {};
}

// Levels are often shortened, and tables print them so.
std::string meant_choice(std::string_view value, std::span<const std::string_view> choices) {
  std::vector<std::string_view> longer;
  for (const std::string_view choice : choices)
    if (!value.empty() && choice.starts_with(value)) longer.push_back(choice);
  if (longer.size() == 1) return std::string(longer.front());
  return nearest(value, {choices.begin(), choices.end()});
}

Status check_choice(std::string_view where, std::string_view value,
                    std::span<const std::string_view> choices) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end())
    return {};
  return usage(fmt::format("{}: \"{}\" is none of {}", where, value, fmt::join(choices, ", ")),
               meant_choice(value, choices), "Use one of these.");
}

Status check_choices(const ParsedLine& line) {
  for (const Flag* flag : flags_of(*line.command)) {
    for (const std::string& value : line.all(std::string(flag->name))) {
      if (Status right = check_choice("--" + std::string(flag->name), value, flag->choices);
          !right.ok())
        return right;
    }
  }
  for (const Argument& argument : line.command->arguments) {
    const auto found = line.arguments.find(std::string(argument.name));
    if (found == line.arguments.end()) continue;
    for (const std::string& value : found->second) {
      if (Status right = check_choice(argument.name, value, argument.choices); !right.ok())
        return right;
    }
  }
  return {};
}

// What the parser was told to accept, so that it is refused here in words of our own.
Status check_counts(const Command& command, const std::vector<std::string>& left_over,
                    const ParsedLine& line) {
  const auto is_flag = [&](const std::string& value) {
    const std::vector<const Flag*> flags = flags_of(command);
    return std::any_of(flags.begin(), flags.end(), [&](const Flag* flag) {
      return value == "--" + std::string(flag->name) ||
             (flag->short_name != 0 && value == std::string{'-', flag->short_name});
    });
  };
  for (const Flag* flag : flags_of(command)) {
    if (flag->value.empty()) continue;
    const std::vector<std::string> values = line.all(std::string(flag->name));
    if (std::any_of(values.begin(), values.end(), is_flag))
      return misuse(command, fmt::format("--{} needs {} after it", flag->name, flag->value));
    if (!flag->repeatable && values.size() > 1)
      return misuse(command, fmt::format("--{} can be given only once", flag->name));
  }
  for (const Argument& argument : command.arguments) {
    const auto found = line.arguments.find(std::string(argument.name));
    const bool missing = found == line.arguments.end() || found->second.empty();
    if (argument.required && missing)
      return misuse(command, fmt::format("{} is missing", argument.name));
  }
  if (!left_over.empty()) {
    const std::string& word = left_over.front();
    return misuse(command, word.starts_with('-')
                               ? fmt::format("there is no option {}", word)
                               : fmt::format("\"{}\" is one argument too many", word));
  }
  return {};
}

// The parser's own words begin with the option they are about, by its long name.
Error refused(const Command& command, const CLI::ParseError& error) {
  const std::string_view words = error.what();
  for (const Flag* flag : flags_of(command)) {
    if (words.find(fmt::format("--{}", flag->name)) == std::string_view::npos) continue;
    return misuse(command, flag->value.empty()
                               ? fmt::format("--{} takes no value", flag->name)
                               : fmt::format("--{} needs {} after it", flag->name, flag->value));
  }
  return misuse(command, std::string(words));
}

// CLI11 does the parsing proper; its exceptions end here.
Status run_parser(const Command& command, std::vector<std::string> words, ParsedLine& line) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<std::string, bool> switches;
  for (const Flag* flag : flags_of(command)) {
    std::string names = "--" + std::string(flag->name);
    if (flag->short_name != 0) names = fmt::format("-{},{}", flag->short_name, names);
    const std::string name(flag->name);
    if (flag->value.empty()) {
      app.add_flag(names, switches[name]);
      continue;
    }
    CLI::Option* option = app.add_option(names, line.flags[name]);
    option->expected(1)->allow_extra_args(false);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  for (const Argument& argument : command.arguments) {
    CLI::Option* option =
        app.add_option(std::string(argument.name), line.arguments[std::string(argument.name)]);
    option->expected(argument.repeatable ? -1 : 1);
    option->allow_extra_args(argument.repeatable);
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return refused(command, error);
  }
  for (const auto& [name, on] : switches)
    if (on) line.flags[name];
  std::erase_if(line.flags, [&](const auto& flag) {
    return flag.second.empty() && switches.count(flag.first) == 0;
  });
  return check_counts(command, app.remaining(), line);
}

bool asks_for_help(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

}  // namespace

std::string ParsedLine::flag(const std::string& name) const {
  const auto found = flags.find(name);
  return found == flags.end() || found->second.empty() ? "" : found->second.back();
}

std::string ParsedLine::argument(const std::string& name) const {
  const auto found = arguments.find(name);
  return found == arguments.end() || found->second.empty() ? "" : found->second.back();
}

std::vector<std::string> ParsedLine::all(const std::string& name) const {
  const auto found = flags.find(name);
  return found == flags.end() ? std::vector<std::string>() : found->second;
}

std::string nearest(std::string_view word, const std::vector<std::string_view>& entries) {
  std::string best;
  if (word.size() < 3 || word.size() > 64) return best;
  std::size_t steps_most = std::max<std::size_t>(1, word.size() / 3);  // else it is another word
  for (const std::string_view entry : entries) {
    const std::size_t steps = distance(word, entry);
    if (steps > steps_most) continue;
    best = entry;
    if (steps == 0) break;
    steps_most = steps - 1;
  }
  return best;
}

Result<ParsedLine> parse_line(const std::vector<std::string>& all_words) {
  std::vector<std::string> words = all_words;
  ParsedLine line;
  if (words.empty()) return usage("no command given", "");
  if (words.front() == "--version" || words.front() == "-V") words.front() = "version";
  if (words.front() == "--help" || words.front() == "-h" || words.front() == "help") {
    words.erase(words.begin());
    line.help = true;
    if (words.empty()) return line;
  }
  if (words.front().starts_with('-'))
    return usage(fmt::format("{}: a command comes first", words.front()), "");
  const bool group_help = line.help ? words.size() == 1 : words.size() == 2 && asks_for_help(words);
  if (group_help && is_group(words.front())) {
    line.help = true;
    line.group = words.front();
    return line;
  }
  const Result<const Command*> command = take_command(words);
  if (!command.ok()) return command.error();
  line.command = command.value();
  line.help = line.help || asks_for_help(words);
  if (line.help) return line;
  if (Status known = check_long_options(*line.command, words); !known.ok()) return known.error();
  if (Status parsed = run_parser(*line.command, words, line); !parsed.ok()) return parsed.error();
  if (Status right = check_choices(line); !right.ok()) return right.error();
  return line;
}

}  // namespace pugmark
