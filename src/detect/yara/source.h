#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pugmark::yara {

// One string that a rule looks for, as it is written: "$a", "\"eval(\" nocase".
struct StringDefinition {
  std::string_view name;
  std::string_view text;
};

// A word of a condition that may be the name of another rule.
struct Reference {
  std::string_view name;
  bool is_prefix = false;  // "any of (name*)"
};

// One part of a rule file. Views of the file's text.
struct Statement {
  enum class Kind : std::uint8_t {
    kImport,   // name: of the module
    kInclude,  // name: the path as written
    kRule,
    kOther,  // what is none of these
  };
  Kind kind = Kind::kOther;
  std::string_view text;  // from its first word to its last brace or quote
  std::string_view name;
  std::uint32_t line = 0;  // of its first word, from 1
  bool is_private = false;
  bool is_global = false;
  std::string fault;  // why it cannot be handed to libyara; "" if it can

  // Of a rule:
  std::vector<StringDefinition> strings;  // in the order of the file
  std::vector<Reference> references;      // more than there are: any word of the condition
  std::vector<std::string_view> modules;  // "math" of "math.entropy", each once
  // The condition asks where any strings of a set stand: "any of ($a*) in (0..10)".
  bool asks_where_of_set = false;
  // At most so many states of libyara's search automaton, as a rule of thumb.
  std::uint64_t states_estimate = 0;
};

// Takes a rule file apart without understanding more of it than where its parts end: words,
// strings, regular expressions, hexadecimal strings and comments are told apart as libyara does. A
// rule that does not end, ends where the next one begins, so that one broken rule is one statement.
std::vector<Statement> split_source(std::string_view text);

}  // namespace pugmark::yara
