#include "detect/sigma/regex_length.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace pugmark::sigma {
namespace {

// RE2 refuses repetitions above 1,000 and groups nested deeper than 1,000; the product of nested
// repetitions is bounded here, because a smaller number is always true.
constexpr std::size_t kLengthMax = 1'000'000;
constexpr int kDepthMax = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads the syntax of https://github.com/google/re2/wiki/Syntax as far as lengths need it.
class LengthReader {
 public:
  explicit LengthReader(std::string_view expression) : text_(expression) {}

  std::size_t read() {
    const std::size_t length = alternatives();
    return given_up_ || at_ != text_.size() ? 0 : length;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }

  std::size_t give_up() {
    given_up_ = true;
    at_ = text_.size();
    return 0;
  }

  std::size_t alternatives() {
    if (++depth_ > kDepthMax) return give_up();
    std::size_t shortest = sequence();
    while (!at_end() && text_[at_] == '|') {
      ++at_;
      shortest = std::min(shortest, sequence());
    }
    --depth_;
    return shortest;
  }

  std::size_t sequence() {
    std::size_t length = 0;
    while (!at_end() && text_[at_] != '|' && text_[at_] != ')') {
      const std::size_t one = atom();
      length = std::min(kLengthMax, length + one * repetitions());
    }
    return length;
  }

  // A character counts as one byte whatever it is: another case of it may be shorter.
  std::size_t atom() {
    const char c = text_[at_++];
    switch (c) {
      case '^':
      case '$':
        return 0;
      case '(':
        return group();
      case '[':
        return character_class();
      case '\\':
        return escape();
      default:
        while (!at_end() && (static_cast<unsigned char>(text_[at_]) & 0xC0U) == 0x80) ++at_;
        return 1;
    }
  }

  std::size_t group() {
    if (!at_end() && text_[at_] == '?') {
      // (?:...), (?flags:...), (?flags), (?P<name>...), (?<name>...)
      const std::size_t end = text_.find_first_of(":)>", at_);
      if (end == std::string_view::npos) return give_up();
      at_ = end + 1;
      if (text_[end] == ')') {
        // A repetition behind flags is one of what stands before them.
        const bool repeats =
            !at_end() && std::string_view("*+?{").find(text_[at_]) != std::string_view::npos;
        return repeats ? give_up() : 0;
      }
    }
    const std::size_t length = alternatives();
    if (at_end()) return give_up();
    ++at_;  // the closing bracket
    return length;
  }

  std::size_t character_class() {
    if (!at_end() && text_[at_] == '^') ++at_;
    if (!at_end() && text_[at_] == ']') ++at_;
    while (!at_end() && text_[at_] != ']') {
      if (text_.substr(at_).starts_with("[:")) {
        const std::size_t end = text_.find(":]", at_ + 2);
        at_ = end == std::string_view::npos ? at_ + 1 : end + 2;
      } else {
        at_ += text_[at_] == '\\' ? std::size_t{2} : std::size_t{1};
      }
    }
    if (at_end()) return give_up();
    ++at_;
    return 1;
  }

  std::size_t escape() {
    if (at_end()) return give_up();
    const char c = text_[at_++];
    switch (c) {
      case 'b':
      case 'B':
      case 'A':
      case 'z':
        return 0;
      case 'Q':
      case 'E':
        return give_up();
      case 'x':
        if (!at_end() && text_[at_] == '{') return skip_braces();
        at_ = std::min(text_.size(), at_ + 2);
        return 1;
      case 'p':
      case 'P':
        if (!at_end() && text_[at_] == '{') return skip_braces();
        at_ = std::min(text_.size(), at_ + 1);
        return 1;
      default:
        while (is_digit(c) && !at_end() && is_digit(text_[at_])) ++at_;
        return 1;
    }
  }

  std::size_t skip_braces() {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return give_up();
    at_ = end + 1;
    return 1;
  }

  // How often what stands before is repeated at least.
  std::size_t repetitions() {
    std::size_t least = 1;
    if (at_end()) return least;
    const char c = text_[at_];
    if (c == '*' || c == '?') {
      least = 0;
      ++at_;
    } else if (c == '+') {
      ++at_;
    } else if (c != '{' || !counted(least)) {
      return 1;
    }
    if (!at_end() && text_[at_] == '?') ++at_;  // as few as possible: the least is the same
    if (!at_end() && (text_[at_] == '*' || text_[at_] == '+')) return give_up();
    return least;
  }

  // {n}, {n,} or {n,m}; any other brace is a character.
  bool counted(std::size_t& least) {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return false;
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    const char* const last = inside.data() + inside.size();
    std::size_t number = 0;
    const auto [rest, error] = std::from_chars(inside.data(), last, number);
    if (error != std::errc() || (rest != last && *rest != ',')) return false;
    if (!std::all_of(rest == last ? last : rest + 1, last, is_digit)) return false;
    least = number;
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool given_up_ = false;
};

}  // namespace

std::size_t shortest_match_bytes(std::string_view expression) {
  return LengthReader(expression).read();
}

bool asks_for_length_only(std::string_view expression) {
  constexpr std::string_view kBegin = ".{";
  constexpr std::string_view kEnd = ",}";
  if (!expression.starts_with(kBegin) || !expression.ends_with(kEnd)) return false;
  const std::size_t marks = kBegin.size() + kEnd.size();
  if (expression.size() <= marks) return false;
  return std::ranges::all_of(expression.substr(kBegin.size(), expression.size() - marks), is_digit);
}

std::optional<bool> has_line_of(std::string_view text, std::size_t length) {
  if (!is_ascii(text)) return std::nullopt;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin >= length) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace pugmark::sigma
