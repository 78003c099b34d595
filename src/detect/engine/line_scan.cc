#include "detect/engine/line_scan.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/engine/readings.h"

namespace pugmark::engine {
namespace {

constexpr std::array<char, 256> loose_table() {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == '+' || c == '?' ? ' ' : c;
  }
  return table;
}

constexpr std::array<char, 256> kLoose = loose_table();

char loose(char c) { return kLoose[static_cast<unsigned char>(c)]; }

// A value's start and end are those of the line, or there is a blank.
std::string with_blanks(const Literal& literal) {
  const bool at_start = literal.anchor == Anchor::kStart || literal.anchor == Anchor::kWhole;
  const bool at_end = literal.anchor == Anchor::kEnd || literal.anchor == Anchor::kWhole;
  return (at_start ? " " : "") + literal.text + (at_end ? " " : "");
}

}  // namespace

bool LooseBytes::stands_at(std::string_view text, std::ptrdiff_t begin, std::string_view needle) {
  const auto size = static_cast<std::ptrdiff_t>(text.size());
  const auto length = static_cast<std::ptrdiff_t>(needle.size());
  if (begin < -1 || length > size + 1 - begin) return false;
  for (std::ptrdiff_t i = 0; i < length; ++i) {
    const std::ptrdiff_t at = begin + i;
    const char c = at < 0 || at >= size ? ' ' : loose(text[static_cast<std::size_t>(at)]);
    if (c != loose(needle[static_cast<std::size_t>(i)])) return false;
  }
  return true;
}

bool LineScan::can_search(const Literal& literal) {
  return is_ascii(literal.text) && decltype(short_)::can_search(literal.text);
}

LineScan::LineScan(const std::vector<Literal>& literals) {
  std::vector<std::string_view> short_texts;
  std::vector<std::string_view> long_texts;
  texts_.reserve(literals.size());  // never moves again: the searches hold views
  for (const Literal& literal : literals) {
    const std::string& text = texts_.emplace_back(with_blanks(literal));
    longest_bytes_ = std::max(longest_bytes_, text.size());
    const bool is_long = decltype(long_)::can_search(text);
    (is_long ? long_texts : short_texts).push_back(text);
    (is_long ? long_ids_ : short_ids_).push_back(literal.id);
  }
  short_ = decltype(short_)(short_texts);
  long_ = decltype(long_)(long_texts);
}

bool LineScan::scan(std::string_view line, std::string& memory,
                    std::vector<std::uint32_t>& ids) const {
  if (!is_ascii(line)) return false;
  scan_text(line, ids);
  const std::size_t escape = line.find('%');
  if (escape == std::string_view::npos) return true;
  // Between values stands a blank, so no escape reaches from one into the next: the values of the
  // decoded line are the decoded values. Nothing new stands before the first escape.
  if (!percent_decode(line, memory)) return true;
  if (!is_ascii(memory)) return false;
  const std::size_t begin = escape > longest_bytes_ ? escape - longest_bytes_ : 0;
  scan_text(std::string_view(memory).substr(begin), ids);
  std::string twice;
  if (!percent_decode(memory, twice)) return true;
  if (!is_ascii(twice)) return false;
  scan_text(std::string_view(twice).substr(begin), ids);
  return true;
}

void LineScan::scan_text(std::string_view text, std::vector<std::uint32_t>& ids) const {
  const auto add_short = [&](std::uint32_t i) { ids.push_back(short_ids_[i]); };
  const auto add_long = [&](std::uint32_t i) { ids.push_back(long_ids_[i]); };
  if (short_.empty() || long_.empty()) {
    short_.scan(text, add_short);
    long_.scan(text, add_long);
  } else {
    long_.scan_with(short_, text, add_long, add_short);
  }
}

}  // namespace pugmark::engine
