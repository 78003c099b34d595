#include "detect/script/flow/value.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <xxhash.h>

namespace pugmark::script {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10U;
constexpr double kExactMax = 9007199254740992.0;  // 2^53

constexpr std::size_t kNumberBytesMax = 20;  // of a text that is the key that a number is

// Whether two constants name the same key: PHP's "1" and 1 do.
bool is_same_key(const Value& a, const Value& b) {
  if (a.is_text() && b.is_text()) return a.text() == b.text();
  if (a.is_number() && b.is_number()) return a.number == b.number;
  const Value& text = a.is_text() ? a : b;
  const Value& number = a.is_text() ? b : a;
  return text.size < kNumberBytesMax && text.text() == text_of_number(number.number);
}

// The number that a text is as a key: of "12" 12, of "012" and "x" none, which is below 0.
double number_of_key(std::string_view text) {
  constexpr double kNone = -1;
  if (text.empty() || text.size() >= kNumberBytesMax || text[0] < '0' || text[0] > '9')
    return kNone;
  bool is_whole = false;
  const double number = number_of_text(text, &is_whole);
  return is_whole && std::floor(number) == number && text == text_of_number(number) ? number
                                                                                    : kNone;
}

constexpr std::size_t kCopiedMax = 65'536;  // items of an array that is copied before it changes
constexpr std::size_t kSearchedMax = 12;   // items that are looked through one after the other

// Equal for keys that are the same: a text of digits has that of its number.
std::uint64_t hash_of_key(const Value& key) {
  double number = key.is_number() ? key.number + 0.0 : 0;  // -0 is 0
  if (key.is_text()) {
    const std::string_view text = key.text();
    bool is_whole = false;
    if (!text.empty() && text.size() < kNumberBytesMax) number = number_of_text(text, &is_whole);
    if (!is_whole || text != text_of_number(number)) return XXH3_64bits(text.data(), text.size());
  }
  return XXH3_64bits(&number, sizeof number);
}

}  // namespace

Value number_value(double number) {
  Value value;
  value.kind = Value::Kind::kNumber;
  value.number = number;
  return value;
}

Values::Values(const Bounds& bounds) : bounds_(bounds) { clear(); }

void Values::clear() {
  if (blocks_.size() > 4) blocks_.clear();
  block_used_ = blocks_.empty() ? 0 : blocks_.back().size();
  if (!blocks_.empty()) {
    blocks_.erase(blocks_.begin() + 1, blocks_.end());
    block_used_ = 0;
  }
  text_bytes_ = 0;
  growing_ = {};
  growing_in_front_ = {};
  arrays_.clear();
  arrays_.emplace_back();
  array_items_ = 0;
  objects_.clear();
  objects_.emplace_back();
  trails_.clear();
  trails_.emplace_back();
  is_exhausted_ = false;
}

char* Values::new_text(std::size_t size) {
  if (size > bounds_.one_text_bytes_max || text_bytes_ + size > bounds_.text_bytes_max) {
    is_exhausted_ = true;
    return nullptr;
  }
  text_bytes_ += size;
  if (blocks_.empty() || block_used_ + size > blocks_.back().size()) {
    blocks_.emplace_back(std::max(kBlockBytes, size), '\0');
    block_used_ = 0;
  }
  char* const at = blocks_.back().data() + block_used_;
  block_used_ += size;
  return at;
}

Value Values::text_value(std::string_view text) {
  if (text.size() == 1) return character(text[0]);
  char* const at = new_text(text.size());
  if (at == nullptr) return {};
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return text_view({at, text.size()});
}

Value Values::joined(std::string_view left, std::string_view right) {
  if (left.empty() && right.size() == 1) return character(right[0]);
  const std::size_t size = left.size() + right.size();
  if (Growing* const behind =
          left.empty() ? nullptr : growing_at(growing_, left.data() + left.size(), right.size())) {
    char* const at = const_cast<char*>(behind->at);  // ours: new_text() gave it
    if (!right.empty()) std::memcpy(at, right.data(), right.size());
    behind->at += right.size();
    behind->room -= right.size();
    return text_view({left.data(), size});
  }
  if (Growing* const front =
          right.empty() ? nullptr : growing_at(growing_in_front_, right.data(), left.size())) {
    char* const at = const_cast<char*>(front->at) - left.size();  // likewise
    if (!left.empty()) std::memcpy(at, left.data(), left.size());
    front->at = at;
    front->room -= left.size();
    return text_view({at, size});
  }
  // Short ones are seldom joined to again.
  constexpr std::size_t kGrowingMin = 64;
  const std::size_t room = size < kGrowingMin ? 0 : size;
  const bool is_in_front = right.size() > left.size();
  char* at = new_text(size + room);
  if (at == nullptr) return {};
  if (is_in_front) at += room;
  if (!left.empty()) std::memcpy(at, left.data(), left.size());
  if (!right.empty()) std::memcpy(at + left.size(), right.data(), right.size());
  if (room > 0) {
    (is_in_front ? growing_in_front_ : growing_)[next_growing_] = {is_in_front ? at : at + size,
                                                                   room};
    next_growing_ = (next_growing_ + 1) % growing_.size();
  }
  return text_view({at, size});
}

// The text that ends or begins there and has so much room left; nullptr if there is none.
Values::Growing* Values::growing_at(Growings& growings, const char* at, std::size_t room) {
  for (Growing& growing : growings) {
    if (growing.at == at && growing.room >= room) return &growing;
  }
  return nullptr;
}

// One of a single byte needs no memory.
Value Values::character(char byte) {
  static const std::array<char, 256> kBytes = [] {
    std::array<char, 256> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
    return bytes;
  }();
  return text_view({&kBytes[static_cast<unsigned char>(byte)], 1});
}

Value Values::text_view(std::string_view text) {
  Value value;
  value.kind = Value::Kind::kText;
  value.data = text.data();
  value.size = static_cast<std::uint32_t>(text.size());
  return value;
}

Value Values::new_array() {
  Value value;
  if (arrays_.size() >= bounds_.array_items_max) {
    is_exhausted_ = true;
    return value;
  }
  value.kind = Value::Kind::kArray;
  value.index = arrays_.size();
  arrays_.emplace_back();
  return value;
}

Value Values::new_object(Symbol type, NodeId declared_at) {
  Value value;
  value.kind = Value::Kind::kObject;
  value.type = type;
  value.index = 0;
  if (objects_.size() >= bounds_.objects_max) {
    is_exhausted_ = true;
    return value;
  }
  value.index = objects_.size();
  objects_.push_back({type, declared_at, {}, false});
  return value;
}

void Values::put(const Value& array, const Value& key, const Value& item) {
  Array& into = arrays_[array.index];
  if (!key.is_constant()) {
    Value joined = either(into.others, item);
    take_origins(joined, key);  // what walks the array may be given the keys
    into.others = joined;
    return;
  }
  if (into.is_list && key.is_number() && key.number >= 0 &&
      key.number < static_cast<double>(into.items.size())) {
    take_origins(into.summed, item);
    into.items[static_cast<std::size_t>(key.number)].second = item;
    return;
  }
  const bool is_next = key.is_number() && key.number == static_cast<double>(into.items.size());
  if (!into.is_list || !is_next) {
    const std::size_t known = find(into, key);
    if (known < into.items.size()) {
      take_origins(into.summed, item);
      into.items[known].second = item;
      return;
    }
  }
  if (array_items_ >= bounds_.array_items_max) {
    is_exhausted_ = true;
    take_origins(into.others, item);
    return;
  }
  ++array_items_;
  if (!is_next) into.is_list = false;
  into.items.emplace_back(key, item);
  const double number = key.is_number() ? key.number : number_of_key(key.text());
  if (number >= into.next_key && number < kExactMax) into.next_key = std::floor(number) + 1;
  if (!into.is_list && into.items.size() > kSearchedMax) index(into);
}

void Values::keep_twice(const Value& array) {
  std::vector<std::uint64_t> waiting = {array.index};
  while (!waiting.empty()) {
    Array& kept = arrays_[waiting.back()];
    waiting.pop_back();
    if (kept.is_kept_twice) continue;
    kept.is_kept_twice = true;
    for (const auto& [key, item] : kept.items) {
      if (item.is_array() && !arrays_[item.index].is_kept_twice) waiting.push_back(item.index);
    }
  }
}

Value Values::copy_of(const Value& array) {
  const std::size_t count = arrays_[array.index].items.size();
  // Copies leave room for what the script itself makes.
  if (count > kCopiedMax || array_items_ + count > bounds_.array_items_max / 2) return array;
  const Value fresh = new_array();
  if (!fresh.is_array()) return array;
  array_items_ += count;
  Array& copy = arrays_[fresh.index];
  copy = arrays_[array.index];
  copy.is_kept_twice = false;
  Value result = array;
  result.index = fresh.index;
  return result;
}

// The number of the item with that key; the number of items if there is none.
std::size_t Values::find(const Array& array, const Value& key) {
  const std::size_t none = array.items.size();
  if (array.is_list) {
    const double number = key.is_number() ? key.number : number_of_key(key.text());
    const bool is_in = number >= 0 && number < static_cast<double>(none);
    return is_in ? static_cast<std::size_t>(number) : none;
  }
  if (array.table.empty()) {
    const auto found = std::find_if(array.items.begin(), array.items.end(),
                                    [&](const auto& item) { return is_same_key(item.first, key); });
    return static_cast<std::size_t>(found - array.items.begin());
  }
  const std::size_t mask = array.table.size() - 1;
  for (std::size_t at = hash_of_key(key) & mask; array.table[at] != 0; at = (at + 1) & mask) {
    const std::size_t number = array.table[at] - 1;
    if (is_same_key(array.items[number].first, key)) return number;
  }
  return none;
}

// Puts the last item into the table, or all of them if it has to grow.
void Values::index(Array& array) {
  std::size_t first = array.items.size() - 1;
  if (array.table.size() < array.items.size() * 2) {
    array.table.assign(std::bit_ceil(array.items.size() * 4), 0);
    first = 0;
  }
  const std::size_t mask = array.table.size() - 1;
  for (std::size_t i = first; i < array.items.size(); ++i) {
    std::size_t at = hash_of_key(array.items[i].first) & mask;
    while (array.table[at] != 0) at = (at + 1) & mask;
    array.table[at] = static_cast<std::uint32_t>(i + 1);
  }
}

void Values::push(const Value& array, const Value& item) {
  put(array, number_value(arrays_[array.index].next_key), item);
}

Value Values::get(const Value& array, const Value& key) {
  const Array& from = arrays_[array.index];
  Value found;
  if (key.is_constant()) {
    const std::size_t number = find(from, key);
    if (number < from.items.size()) return from.items[number].second;
    found = from.others;
    if (found.origins == 0) take_origins(found, array);
    return found;
  }
  // Any of them. Long arrays are not walked each time.
  Array& of = arrays_[array.index];
  if (of.summed_count > of.items.size() || of.items.size() <= kSearchedMax) {
    of.summed = {};
    of.summed_count = 0;
  }
  for (; of.summed_count < of.items.size(); ++of.summed_count)
    take_origins(of.summed, of.items[of.summed_count].second);
  take_origins(found, of.summed);
  take_origins(found, of.others);
  take_origins(found, array);
  return found;
}

const Value* Values::field(const Value& object, Symbol name) const {
  if (!object.is_object() || object.index == 0) return nullptr;
  for (const auto& [known, value] : objects_[object.index].fields) {
    if (known == name) return &value;
  }
  return nullptr;
}

void Values::set_field(const Value& object, Symbol name, const Value& value) {
  if (!object.is_object() || object.index == 0) return;
  auto& fields = objects_[object.index].fields;
  for (auto& [known, kept] : fields) {
    if (known != name) continue;
    kept = value;
    return;
  }
  constexpr std::size_t kFieldsMax = 1'024;
  if (fields.size() >= kFieldsMax) {
    is_exhausted_ = true;
    return;
  }
  fields.emplace_back(name, value);
}

std::uint32_t Values::add_trail(const Trail& trail) {
  if (trails_.size() >= bounds_.trails_max) {
    is_exhausted_ = true;
    return trail.previous;
  }
  if (trails_[trail.previous].length >= Trail::kLengthMax) return trail.previous;
  trails_.push_back(trail);
  const int added = trail.kind == Trail::Kind::kTaken ? 0 : 1;
  trails_.back().length = static_cast<std::uint8_t>(trails_[trail.previous].length + added);
  return static_cast<std::uint32_t>(trails_.size() - 1);
}

Value Values::either(const Value& first, const Value& second) const {
  Value value =
      second.kind == Value::Kind::kUnknown || second.kind == Value::Kind::kNull ? first : second;
  value.origins = second.origins;
  value.trail = second.trail;
  take_origins(value, first);
  return value;
}

void Values::take_origins(Value& into, const Value& from) const {
  if (from.origins == 0) return;
  const bool leads_outside = from.comes_from(kFromOutside) && !into.comes_from(kFromOutside);
  if (into.trail == 0 || leads_outside) into.trail = from.trail;
  into.origins |= from.origins;
}

std::string text_of_number(double number) {
  if (std::isnan(number)) return "NAN";
  if (std::isinf(number)) return number > 0 ? "INF" : "-INF";
  if (number == std::floor(number) && std::fabs(number) < kExactMax)
    return fmt::format("{}", static_cast<std::int64_t>(number));
  std::string text = fmt::format("{:.14G}", number);
  const std::size_t exponent = text.find('E');
  if (exponent == std::string::npos) return text;
  // Without zeros in front of the exponent's digits, and with a fraction in any case.
  while (text.size() > exponent + 3 && text[exponent + 2] == '0') text.erase(exponent + 2, 1);
  if (text.find('.') == std::string::npos) text.insert(exponent, ".0");
  return text;
}

double number_of_text(std::string_view text, bool* is_whole) {
  std::size_t begin = 0;
  while (begin < text.size() &&
         (text[begin] == ' ' || (text[begin] >= '\t' && text[begin] <= '\r')))
    ++begin;
  if (begin < text.size() && text[begin] == '+') {
    ++begin;
    if (begin < text.size() && text[begin] == '-') begin = text.size();
  }
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data() + begin, end, number);
  const bool is_number = code == std::errc() && std::isfinite(number);
  if (is_whole != nullptr) *is_whole = is_number && rest == end;
  return is_number ? number : 0;
}

double number_of_literal(std::string_view text, bool has_octal) {
  std::string digits;
  for (const char c : text) {
    if (c != '_' && c != '\'') digits += c;
  }
  const char first = digits.empty() ? '\0' : digits[0];
  const char second = digits.size() < 2 ? '\0' : static_cast<char>(digits[1] | 0x20);
  const bool is_marked = first == '0' || first == '&';
  int base = 10;
  std::size_t begin = 2;
  if (is_marked && (second == 'x' || second == 'h')) {
    base = 16;
  } else if (is_marked && second == 'o') {
    base = 8;
  } else if (first == '0' && second == 'b') {
    base = 2;
  } else if (has_octal && first == '0' && digits.find_first_not_of("01234567") == digits.npos) {
    base = 8;
    begin = 1;
  }
  if (base == 10) return number_of_text(digits);
  double number = 0;
  for (; begin < digits.size(); ++begin) {
    const char c = static_cast<char>(digits[begin] | 0x20);
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
    if (digit >= base) break;
    number = number * base + digit;
  }
  return number;
}

}  // namespace pugmark::script
