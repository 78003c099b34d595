#include "events/exchange/event_data.h"

#include <algorithm>

#include "base/bytes.h"
#include "events/text/fields.h"

namespace pugmark::exchange {
namespace {

// Types and keys are short; a longer one is text that happens to contain ':' and '='.
constexpr std::size_t kTypeBytesMax = 8;
constexpr std::size_t kKeyBytesMax = 64;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// "S:CMD=" at the front of `text`: the key, and how long all of it is; 0 if there is none.
std::size_t item_head(std::string_view text, std::string_view& key) {
  std::size_t colon = 0;
  while (colon < text.size() && colon < kTypeBytesMax && is_word(text[colon])) ++colon;
  if (colon == 0 || colon >= text.size() || text[colon] != ':') return 0;
  std::size_t equals = colon + 1;
  while (equals < text.size() && equals - colon <= kKeyBytesMax && is_word(text[equals])) ++equals;
  if (equals == colon + 1 || equals >= text.size() || text[equals] != '=') return 0;
  key = text.substr(colon + 1, equals - colon - 1);
  return equals + 1;
}

bool item_begins(std::string_view text) {
  if (text.starts_with('\'')) text.remove_prefix(1);
  std::string_view key;
  return item_head(text, key) > 0;
}

// The end of an item that is not in quotes.
std::size_t plain_end(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(';', from); at != std::string_view::npos;
       at = text.find(';', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.find_first_not_of(' ') == std::string_view::npos || item_begins(rest)) return at;
  }
  return text.size();
}

// The closing quote of an item that begins with one; npos if it has none.
std::size_t closing_quote(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('\'', from); at != std::string_view::npos;
       at = text.find('\'', at + 2)) {
    if (at + 1 >= text.size() || text[at + 1] != '\'') return at;
  }
  return std::string_view::npos;
}

Value without_doubled_quotes(std::string_view text, Arena& arena) {
  if (text.find('\'') == std::string_view::npos) return text::text_value(text);
  std::byte* const memory = arena.allocate(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    memory[size++] = static_cast<std::byte>(text[i]);
    if (text[i] == '\'' && i + 1 < text.size() && text[i + 1] == '\'') ++i;
  }
  return text::text_value(as_text({memory, size}));
}

}  // namespace

bool split_event_data(std::string_view text, std::size_t items_max, Arena& arena,
                      std::vector<DataItem>& items) {
  items.clear();
  std::size_t at = 0;
  while (at < text.size()) {
    const bool is_quoted = text[at] == '\'';
    const std::size_t begin = at + (is_quoted ? 1 : 0);
    DataItem item;
    const std::size_t head = item_head(text.substr(begin), item.key);
    const std::size_t value_begin = begin + head;
    const std::size_t quote =
        is_quoted && head > 0 ? closing_quote(text, value_begin) : std::string_view::npos;
    std::size_t end = 0;
    if (quote != std::string_view::npos) {
      item.value = without_doubled_quotes(text.substr(value_begin, quote - value_begin), arena);
      end = std::min(text.find(';', quote), text.size());
    } else {
      end = plain_end(text, value_begin);
      const std::string_view value = text.substr(value_begin, end - value_begin);
      item.value = value.empty() ? text::null_as_written(value) : text::text_value(value);
    }
    if (head > 0) {
      if (items.size() == items_max) return false;
      items.push_back(item);
    }
    at = end + 1;
  }
  return true;
}

}  // namespace pugmark::exchange
