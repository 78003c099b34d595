#include "detect/engine/line_scan.h"

#include <algorithm>
#include <array>
#include <cstring>

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

// Of eight bytes, those by which fragments are looked up: all have as many.
constexpr std::uint64_t kKeyMask = (std::uint64_t{1} << (8 * kFragmentBytesMin)) - 1;

// Eight bytes of a text, as far as it has them, both cases of a letter made the same.
std::uint64_t folded_bytes(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kFold = 0x2020202020202020;
  std::uint64_t bytes = 0;
  if (text.size() - at >= sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
  } else {
    std::memcpy(&bytes, text.data() + at, text.size() - at);
  }
  return bytes | kFold;
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

LineScan::LineScan(const std::vector<Literal>& literals, Way way) {
  std::vector<std::string_view> texts;
  texts_.reserve(literals.size());  // never moves again: the searches hold views
  for (const Literal& literal : literals) {
    texts.push_back(texts_.emplace_back(with_blanks(literal)));
    ids_.push_back(literal.id);
    longest_bytes_ = std::max(longest_bytes_, texts.back().size());
  }
  if (way == Way::kFragments && FragmentFilter::is_available()) {
    if (const auto fragments = choose_fragments(texts, &LooseBytes::can_be_in_gram)) {
      build_fragments(texts, *fragments);
      return;
    }
  }
  build_grams(texts);
}

void LineScan::build_fragments(const std::vector<std::string_view>& texts,
                               const std::vector<Fragment>& fragments) {
  way_ = Way::kFragments;
  filter_ = FragmentFilter(texts, fragments);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> entries;
  for (std::uint32_t i = 0; i < fragments.size(); ++i) {
    places_.push_back(place_of(i, fragments[i]));
    entries.emplace_back(places_.back().bytes & kKeyMask, i);
  }
  table_ = KeyTable(entries);
}

LineScan::Place LineScan::place_of(std::uint32_t text, const Fragment& fragment) const {
  Place place;
  place.text = text;
  place.offset_bytes = fragment.offset_bytes;
  const std::string_view bytes = std::string_view(texts_[text]).substr(fragment.offset_bytes);
  for (std::size_t i = 0; i < std::min(bytes.size(), sizeof place.mask); ++i) {
    if (LooseBytes::can_be_in_gram(bytes[i])) place.mask |= std::uint64_t{0xFF} << (8 * i);
  }
  place.bytes = folded_bytes(bytes, 0) & place.mask;
  return place;
}

void LineScan::build_grams(const std::vector<std::string_view>& texts) {
  std::vector<std::string_view> short_texts;
  std::vector<std::string_view> long_texts;
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    const bool is_long = decltype(long_)::can_search(texts[i]);
    (is_long ? long_texts : short_texts).push_back(texts[i]);
    (is_long ? long_ids_ : short_ids_).push_back(ids_[i]);
  }
  short_ = decltype(short_)(short_texts);
  long_ = decltype(long_)(long_texts);
}

bool LineScan::scan(std::string_view line, std::string& memory,
                    std::vector<std::uint32_t>& ids) const {
  const Bytes bytes = scan_text(line, ids);
  if (!bytes.is_ascii || !bytes.has_percent) return bytes.is_ascii;
  const std::size_t escape = line.find('%');
  // Between values stands a blank, so no escape reaches from one into the next: the values of the
  // decoded line are the decoded values. Nothing new stands before the first escape.
  if (!percent_decode(line, memory)) return true;
  const std::size_t begin = escape > longest_bytes_ ? escape - longest_bytes_ : 0;
  if (!scan_text(std::string_view(memory).substr(begin), ids).is_ascii) return false;
  std::string twice;
  if (!percent_decode(memory, twice)) return true;
  return scan_text(std::string_view(twice).substr(begin), ids).is_ascii;
}

LineScan::Bytes LineScan::scan_text(std::string_view text, std::vector<std::uint32_t>& ids) const {
  if (way_ == Way::kFragments) return scan_by_fragments(text, ids);
  const Bytes bytes{is_ascii(text), text.find('%') != std::string_view::npos};
  if (bytes.is_ascii) scan_by_grams(text, ids);
  return bytes;
}

LineScan::Bytes LineScan::scan_by_fragments(std::string_view text,
                                            std::vector<std::uint32_t>& ids) const {
  Bytes bytes;
  FragmentFilter::Places places;  // filled in as far as it is read
  for (std::size_t from = 0; from < text.size(); from += FragmentFilter::kStepPlaces) {
    const FragmentFilter::Found found = filter_.find(text, from, places);
    bytes.is_ascii = bytes.is_ascii && found.is_ascii;
    bytes.has_percent = bytes.has_percent || found.has_percent;
    for (std::size_t i = 0; i < found.places_count; ++i) judge(text, places[i], ids);
  }
  return bytes;
}

// Compares the texts whose fragments stand at a place.
void LineScan::judge(std::string_view text, std::size_t at, std::vector<std::uint32_t>& ids) const {
  const std::uint64_t bytes = folded_bytes(text, at);
  const std::uint64_t key = bytes & kKeyMask;
  if (!table_.may_hold(key)) return;
  table_.visit(key, [&](std::uint32_t i) {
    const Place& place = places_[i];
    if ((bytes & place.mask) != place.bytes) return;
    const std::ptrdiff_t begin =
        static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(place.offset_bytes);
    if (LooseBytes::stands_at(text, begin, texts_[place.text])) ids.push_back(ids_[place.text]);
  });
}

void LineScan::scan_by_grams(std::string_view text, std::vector<std::uint32_t>& ids) const {
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
