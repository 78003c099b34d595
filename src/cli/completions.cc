#include <fmt/format.h>
#include <set>

#include "cli/help.h"

namespace pugmark {
namespace {

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

std::vector<std::string_view> first_words() {
  std::vector<std::string_view> words;
  for (const Command& command : commands()) {
    const std::string_view word = first_word(command.name);
    if (words.empty() || words.back() != word) words.push_back(word);
  }
  return words;
}

std::string long_options(const Command& command) {
  std::string out;
  for (const Flag& flag : offered_flags(command))
    out += fmt::format("{}--{}", out.empty() ? "" : " ", flag.name);
  return out;
}

// Words that may stand where an argument stands.
std::string argument_words(const Command& command) {
  std::string out;
  for (const Argument& argument : command.arguments)
    for (const std::string_view choice : argument.choices)
      out += fmt::format("{}{}", out.empty() ? "" : " ", choice);
  return out;
}

std::string pattern_of(const Flag& flag) {
  return flag.short_name != 0 ? fmt::format("--{}|-{}", flag.name, flag.short_name)
                              : fmt::format("--{}", flag.name);
}

std::string second_words(std::string_view first) {
  std::string out;
  for (const Command& command : commands()) {
    if (command.name.size() > first.size() && first_word(command.name) == first)
      out += fmt::format("{}{}", out.empty() ? "" : " ", command.name.substr(first.size() + 1));
  }
  return out;
}

// For zsh and fish: a quote would end the text.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '[' || c == ']' || c == ':' || c == '\\') continue;
    out += c;
  }
  return out;
}

std::string zsh_values(const Flag& flag) {
  if (flag.value.empty()) return "";
  if (!flag.choices.empty())
    return fmt::format(":{}:({})", flag.value, fmt::join(flag.choices, " "));
  return fmt::format(":{}:{}", plain(flag.value), flag.is_path ? "_files" : " ");
}

}  // namespace

std::string completions_bash() {
  std::string out =
      "# Completions of pugmark for bash; made by `pugmark completions bash`.\n"
      "_pugmark() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
      "  local command=\"${COMP_WORDS[1]}\" words=\"\" values=\"\"\n"
      "  COMPREPLY=()\n"
      "  if ((COMP_CWORD == 1)); then\n";
  out += fmt::format(
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$word\"))\n    return\n  fi\n",
      fmt::join(first_words(), " "));
  out +=
      "  [[ $command == rules && $COMP_CWORD -gt 2 ]] && command=\"rules ${COMP_WORDS[2]}\"\n"
      "  case \"$command\" in\n";
  for (const Command& command : commands()) {
    out += fmt::format("    \"{}\")\n      words=\"{}\" values=\"{}\"\n      case \"$before\" in\n",
                       command.name, long_options(command), argument_words(command));
    for (const Flag& flag : offered_flags(command)) {
      if (!flag.choices.empty()) {
        out += fmt::format("        {}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n",
                           pattern_of(flag), fmt::join(flag.choices, " "));
      } else if (!flag.value.empty()) {
        out += fmt::format("        {}) COMPREPLY=({}); return ;;\n", pattern_of(flag),
                           flag.is_path ? "$(compgen -f -- \"$word\")" : "");
      }
    }
    out += "      esac ;;\n";
  }
  out += fmt::format("    rules) values=\"{}\" ;;\n  esac\n", second_words("rules"));
  out +=
      "  if [[ $word == -* ]]; then\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n  "
      "else\n"
      "    COMPREPLY=($(compgen -W \"$values\" -- \"$word\") $(compgen -f -- \"$word\"))\n  fi\n}\n"
      "complete -o filenames -F _pugmark pugmark\n";
  return out;
}

std::string completions_zsh() {
  std::string out =
      "#compdef pugmark\n# Completions of pugmark for zsh; made by `pugmark completions zsh`.\n"
      "_pugmark() {\n  local command=${words[2]}\n  if ((CURRENT == 2)); then\n    local -a "
      "names=(\n";
  for (const std::string_view word : first_words()) {
    for (const Command& command : commands()) {
      if (first_word(command.name) != word) continue;
      out += fmt::format("      '{}:{}'\n", word, plain(command.line));
      break;
    }
  }
  out += "    )\n    _describe command names\n    return\n  fi\n";
  out += fmt::format(
      "  if [[ $command == rules ]]; then\n    if ((CURRENT == 3)); then compadd {}; return; fi\n"
      "    command=\"rules ${{words[3]}}\"\n    shift words; ((CURRENT--))\n  fi\n",
      second_words("rules"));
  out += "  shift words; ((CURRENT--))\n  case $command in\n";
  for (const Command& command : commands()) {
    out += fmt::format("    '{}') _arguments", command.name);
    for (const Flag& flag : offered_flags(command)) {
      out += fmt::format(" \\\n      '{}--{}[{}]{}'", flag.repeatable ? "*" : "", flag.name,
                         plain(flag.line), zsh_values(flag));
      if (flag.short_name != 0) {
        out += fmt::format(" \\\n      '{}-{}[{}]{}'", flag.repeatable ? "*" : "", flag.short_name,
                           plain(flag.line), zsh_values(flag));
      }
    }
    for (const Argument& argument : command.arguments) {
      std::string values = argument.is_path ? "_files" : " ";
      if (!argument.choices.empty()) values = fmt::format("({})", fmt::join(argument.choices, " "));
      out += fmt::format(" \\\n      '{}:{}:{}'",
                         argument.repeatable ? "*"
                         : argument.required ? ""
                                             : ":",
                         argument.name, values);
    }
    out += " ;;\n";
  }
  return out + "  esac\n}\n_pugmark \"$@\"\n";
}

std::string completions_fish() {
  std::string out = "# Completions of pugmark for fish; made by `pugmark completions fish`.\n";
  std::set<std::string_view> seen;
  for (const Command& command : commands()) {
    const std::string_view word = first_word(command.name);
    if (seen.insert(word).second) {
      out += fmt::format("complete -c pugmark -n __fish_use_subcommand -f -a {} -d '{}'\n", word,
                         plain(command.line));
    }
    std::string when = fmt::format("__fish_seen_subcommand_from {}", word);
    if (word != command.name) {
      const std::string_view second = command.name.substr(word.size() + 1);
      out += fmt::format("complete -c pugmark -n '{}' -a {} -d '{}'\n", when, second,
                         plain(command.line));
      when += fmt::format("; and __fish_seen_subcommand_from {}", second);
    }
    for (const Flag& flag : offered_flags(command)) {
      out += fmt::format("complete -c pugmark -n '{}' -l {}", when, flag.name);
      if (flag.short_name != 0) out += fmt::format(" -s {}", flag.short_name);
      if (!flag.value.empty()) out += flag.is_path ? " -r" : " -x";
      if (!flag.choices.empty()) out += fmt::format(" -a '{}'", fmt::join(flag.choices, " "));
      out += fmt::format(" -d '{}'\n", plain(flag.line));
    }
    if (const std::string words = argument_words(command); !words.empty())
      out += fmt::format("complete -c pugmark -n '{}' -a '{}'\n", when, words);
  }
  return out;
}

}  // namespace pugmark
