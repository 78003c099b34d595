#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/script/language.h"
#include "detect/script/page.h"
#include "detect/script/page/finder.h"

namespace pugmark::script {

using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

// The six of ASCII, and NUL, which servers pass over.
constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Of the names of tags.
constexpr bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == ':' || c == '.' || c == '-';
}
bool is_blank(std::string_view text);
std::size_t skip_blanks(std::string_view text, std::size_t at);
std::string_view trimmed(std::string_view text);

// True if `word`, given in lower case, stands there in any case; what follows is not looked at.
bool has_word_at(std::string_view text, std::size_t at, std::string_view word);

// What attributes stand in `text`, which is a part of `text` of a page: in any quoting, without
// blanks between them, with or without values. Those beyond Page::kTagAttributesMax are counted.
void read_attributes(std::string_view text, Attributes& out, std::uint64_t& left_out_count);

// The value of an attribute whose name is this one in any case; nullopt if there is none.
std::optional<std::string_view> attribute(const Attributes& attributes, std::string_view name);

// "&quot;" "&#x61;" and the like become characters.
std::string without_entities(std::string_view text);

// The same with those that a page declares. They make text longer, one inside the other without
// end: by `growth_left` bytes at most, then they stay.
using Entities = std::vector<std::pair<std::string_view, std::string_view>>;
std::string without_entities(std::string_view text, const Entities& entities,
                             std::size_t& growth_left);

// runat="server", however it is written.
bool runs_at_server(const Attributes& attributes);

// "VBScript.Encode", "C#", "text/javascript"; nullopt for what is no language of this kind of page.
std::optional<Language> language_of(std::string_view name, PageKind kind);

// Reads tags of one text, from places that only grow.
class TagReader {
 public:
  // `escapes`: a backslash takes the quote behind it into the value, as in JSP.
  explicit TagReader(std::string_view text, bool escapes = false)
      : text_(text),
        escapes_(escapes),
        double_quotes_(text, "\""),
        single_quotes_(text, "'"),
        code_(text, "<%"),
        code_ends_(text, "%>") {}

  // The tag that begins with the '<' at `at`, whose name follows at once, up to and with its '>'.
  // False if there is none: no name, no end, a '<' inside that opens no code, a place inside
  // another tag. `tag` keeps its memory.
  bool read(std::size_t at, PageTag& tag, std::uint64_t& left_out_count);

 private:
  bool read_attributes_of(std::size_t& at, PageTag& tag, std::uint64_t& left_out_count);
  bool skip_value(std::size_t& at, std::string_view& value);
  std::size_t end_of_quoted(std::size_t at, char quote);

  std::string_view text_;
  bool escapes_ = false;
  Finder double_quotes_;
  Finder single_quotes_;
  Finder code_;
  Finder code_ends_;
  std::size_t nothing_before_ = 0;
};

}  // namespace pugmark::script
