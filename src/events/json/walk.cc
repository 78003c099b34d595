#include "events/json/walk.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <emmintrin.h>

#include "base/bytes.h"
#include "base/text.h"
#include "events/reader.h"

namespace pugmark::json {
namespace {

using simdjson::error_code;
using simdjson::SUCCESS;
namespace ondemand = simdjson::ondemand;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_blanks_behind(std::string_view token) {
  while (!token.empty() && is_blank(token.back())) token.remove_suffix(1);
  return token;
}

// The key behind its opening quote: up to the first quote that is not escaped.
std::string_view key_text(const char* begin) {
  const char* at = begin;
  while (*at != '"') at += *at == '\\' ? 2 : 1;
  return {begin, static_cast<std::size_t>(at - begin)};
}

// Four hexadecimal digits, or -1.
std::int32_t hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  std::int32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c)) {
      value = value * 16 + (c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + (lower - 'a' + 10);
    } else {
      return -1;
    }
  }
  return value;
}

// What a character means behind a backslash; 0: nothing, or more must be looked at.
constexpr auto kMeanings = [] {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kStandFor = "\"\\/\b\f\n\r\t";
  std::array<char, 256> meanings{};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    meanings[static_cast<unsigned char>(kNames[i])] = kStandFor[i];
  return meanings;
}();

char meaning_of(char escape) { return kMeanings[static_cast<unsigned char>(escape)]; }

// One escape at the front of `rest` (which begins behind the backslash) to `out`; how many
// characters it took, 0 if JSON knows no such escape. What is written is never longer than the
// escape.
std::size_t write_escape(std::string_view rest, std::string& out) {
  if (rest.empty()) return 0;
  if (const char meaning = meaning_of(rest[0]); meaning != '\0') {
    out += meaning;
    return 1;
  }
  const std::int32_t unit = rest[0] == 'u' ? hex4(rest.substr(1)) : -1;
  if (unit < 0) return 0;
  auto code_point = static_cast<char32_t>(unit);
  std::size_t taken = 5;
  if (unit >= 0xD800 && unit <= 0xDBFF && rest.substr(5, 2) == "\\u") {
    const std::int32_t low = hex4(rest.substr(7));
    if (low >= 0xDC00 && low <= 0xDFFF) {
      code_point = 0x10000 + (static_cast<char32_t>(unit - 0xD800) << 10U) +
                   static_cast<char32_t>(low - 0xDC00);
      taken = 11;
    }
  }
  // append_utf8() gives damaged bytes back for some of the surrogates; here they are just unpaired.
  if (code_point >= 0xD800 && code_point <= 0xDFFF) code_point = 0xFFFD;
  append_utf8(code_point, out);
  return taken;
}

}  // namespace

bool is_json_number(std::string_view token) {
  std::size_t at = 0;
  const auto peek = [&] { return at < token.size() ? token[at] : '\0'; };
  const auto digits = [&] {
    const std::size_t begin = at;
    while (is_digit(peek())) ++at;
    return at > begin;
  };
  if (peek() == '-') ++at;
  if (peek() == '0') {
    ++at;
  } else if (!digits()) {
    return false;
  }
  if (peek() == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at;
    if (peek() == '+' || peek() == '-') ++at;
    if (!digits()) return false;
  }
  return at == token.size();
}

std::string unescaped(std::string_view written) {
  std::string out;
  std::size_t at = 0;
  while (at < written.size()) {
    const std::size_t slash = std::min(written.find('\\', at), written.size());
    out.append(written.substr(at, slash - at));
    if (slash == written.size()) break;
    const std::size_t taken = write_escape(written.substr(slash + 1), out);
    if (taken == 0) out += '\\';
    at = slash + 1 + taken;
  }
  return out;
}

std::string_view unescaped(std::string_view written, Arena& arena) {
  // An escape is never shorter than what it stands for. Text between escapes is copied 16 bytes at
  // a time: a little more than there is, which the next piece overwrites.
  constexpr std::size_t kStep = 16;
  static_assert(kStep <= kBlockPadding);
  std::byte* const memory = arena.allocate(written.size() + kStep);
  std::size_t size = 0;
  std::string resolved;  // short: no allocation
  for (std::size_t at = 0; at < written.size();) {
    // An unaligned load of 16 bytes; the intrinsic wants this type.
    const __m128i piece = _mm_loadu_si128(reinterpret_cast<const __m128i*>(written.data() + at));
    // An unaligned store; the same.
    _mm_storeu_si128(reinterpret_cast<__m128i*>(memory + size), piece);
    const auto slashes = static_cast<std::uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(piece, _mm_set1_epi8('\\'))) | (1 << kStep));
    const std::size_t plain =
        std::min(static_cast<std::size_t>(std::countr_zero(slashes)), written.size() - at);
    at += plain;
    size += plain;
    if (plain == kStep || at == written.size()) continue;
    const std::string_view rest = written.substr(at + 1);
    if (const char meaning = rest.empty() ? '\0' : meaning_of(rest[0]); meaning != '\0') {
      memory[size++] = static_cast<std::byte>(meaning);
      at += 2;
      continue;
    }
    resolved.clear();
    const std::size_t taken = write_escape(rest, resolved);
    if (taken == 0) resolved.push_back('\\');
    std::memcpy(memory + size, resolved.data(), resolved.size());
    size += resolved.size();
    at += 1 + taken;
  }
  return as_text({memory, size});
}

void Leaf::resolve(Arena& arena) {
  if (!is_as_written) return;
  is_as_written = false;
  const std::string_view text = value.bytes();
  if (!text.empty() && std::memchr(text.data(), '\\', text.size()) != nullptr)
    value = Value::text(unescaped(text, arena));
}

WalkResult Walker::walk(std::string_view object, Arena& arena) {
  is_outline_ = false;
  return walk_whole(object, arena);
}

WalkResult Walker::walk_outline(std::string_view object, Arena& arena) {
  is_outline_ = true;
  return walk_whole(object, arena);
}

WalkResult Walker::walk_whole(std::string_view object, Arena& arena) {
  arena_ = &arena;
  signature_.clear();
  leaves_.clear();
  elements_.clear();
  path_bytes_ = paths_bytes_ = 0;
  too_deep_ = too_many_fields_ = too_many_values_ = false;
  const simdjson::padded_string_view padded(object, object.size() + kBlockPadding);
  static_assert(kBlockPadding >= simdjson::SIMDJSON_PADDING);
  ondemand::document document;
  error_code error = parser_.iterate(padded).get(document);
  if (error == simdjson::UTF8_ERROR) return WalkResult::kNotUtf8;
  ondemand::object root;
  if (error == SUCCESS) error = document.get_object().get(root);
  if (error == SUCCESS) error = walk_object(root, 1);
  // Nothing may follow the object.
  if (error == SUCCESS && document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return WalkResult::kNotJson;
  return error == SUCCESS ? WalkResult::kWhole : WalkResult::kNotJson;
}

error_code Walker::walk_object(ondemand::object object, std::size_t depth) {
  bool is_empty = true;
  for (auto result : object) {
    ondemand::field field;
    if (const error_code error = std::move(result).get(field); error != SUCCESS) return error;
    const Extent before = extent();
    const std::string_view key = key_text(field.key().raw());
    signature_ += kKey;
    signature_ += key;
    is_empty = false;
    path_bytes_ += key.size() + 1;
    if (const error_code error = walk_value(field.value(), depth); error != SUCCESS) return error;
    path_bytes_ -= key.size() + 1;
    if (!is_full(before)) continue;
    // Beyond the limit it was walked for its syntax alone.
    too_many_fields_ = true;
    go_back_to(before);
  }
  if (is_empty && depth > 1) add_leaf({Value::null(), false});
  return SUCCESS;
}

error_code Walker::walk_value(ondemand::value value, std::size_t depth) {
  ondemand::json_type type;
  if (const error_code error = value.type().get(type); error != SUCCESS) return error;
  const bool is_nested = type == ondemand::json_type::object || type == ondemand::json_type::array;
  Leaf leaf;
  if (!is_nested || depth >= limits_.nesting_depth) {
    const error_code error = is_nested ? read_too_deep(value, leaf) : read_scalar(value, leaf);
    if (error == SUCCESS) add_leaf(leaf);
    return error;
  }
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const error_code error = value.get_object().get(object); error != SUCCESS) return error;
    signature_ += kObject;
    const error_code error = walk_object(object, depth + 1);
    signature_ += kEnd;
    return error;
  }
  bool has_objects = false;
  const std::size_t begin = elements_.size();
  const error_code error = walk_array(value, depth + 1, begin, has_objects);
  if (error == SUCCESS) add_list(begin, has_objects);
  return error;
}

error_code Walker::walk_array(ondemand::value value, std::size_t depth, std::size_t list_begin,
                              bool& has_objects) {
  ondemand::array array;
  if (const error_code error = value.get_array().get(array); error != SUCCESS) return error;
  std::set<std::string> signatures;
  for (auto result : array) {
    ondemand::value element;
    if (const error_code error = std::move(result).get(element); error != SUCCESS) return error;
    ondemand::json_type type;
    if (const error_code error = element.type().get(type); error != SUCCESS) return error;
    error_code error = SUCCESS;
    Leaf leaf;
    const bool is_nested =
        type == ondemand::json_type::object || type == ondemand::json_type::array;
    if (is_nested && depth < limits_.nesting_depth) {
      if (type == ondemand::json_type::array) {
        error = walk_array(element, depth + 1, list_begin, has_objects);
      } else {
        ondemand::object object;
        if (error = element.get_object().get(object); error != SUCCESS) return error;
        has_objects = true;
        error = walk_object_in_list(object, depth + 1, signatures);
      }
      if (error != SUCCESS) return error;
      continue;
    }
    error = is_nested ? read_too_deep(element, leaf) : read_scalar(element, leaf);
    if (error != SUCCESS) return error;
    if (elements_.size() - list_begin < limits_.values_per_field) {
      elements_.push_back(leaf);
    } else {
      too_many_values_ = true;
    }
  }
  return SUCCESS;
}

// `signatures`: of an outline, what the objects of this array had.
error_code Walker::walk_object_in_list(ondemand::object object, std::size_t depth,
                                       std::set<std::string>& signatures) {
  const Extent before = extent();
  signature_ += kObjectInList;
  const error_code error = walk_object(object, depth);
  signature_ += kEnd;
  if (is_full(before)) {
    too_many_fields_ = true;
    go_back_to(before);
  } else if (is_outline_ && !signatures.insert(signature_.substr(before.signature_bytes)).second) {
    go_back_to(before);
  }
  return error;
}

error_code Walker::read_too_deep(ondemand::value& value, Leaf& leaf) {
  too_deep_ = true;
  ondemand::json_type type;
  if (const error_code error = value.type().get(type); error != SUCCESS) return error;
  std::string_view text;
  const error_code error = text_of(value, type, text);
  if (error == SUCCESS) leaf.value = Value::text(text);
  return error;
}

// As an object or array is written.
error_code Walker::text_of(ondemand::value& value, ondemand::json_type type,
                           std::string_view& text) {
  error_code error;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    error = value.get_object().get(object);
    if (error == SUCCESS) error = object.raw_json().get(text);
  } else {
    ondemand::array array;
    error = value.get_array().get(array);
    if (error == SUCCESS) error = array.raw_json().get(text);
  }
  text = without_blanks_behind(text);
  return error;
}

bool Walker::find_elements(std::string_view object, const std::vector<std::string>& paths,
                           std::vector<ListElement>& elements) {
  elements.clear();
  too_many_elements_ = false;
  const simdjson::padded_string_view padded(object, object.size() + kBlockPadding);
  ondemand::document document;
  ondemand::object root;
  if (parser_.iterate(padded).get(document) != SUCCESS ||
      document.get_object().get(root) != SUCCESS)
    return false;
  const std::set<std::string> wanted(paths.begin(), paths.end());
  ElementSearch search{object, wanted, elements};
  return find_in_object(root, "", 1, search) == SUCCESS || too_many_elements_;
}

error_code Walker::find_in_object(ondemand::object object, const std::string& prefix,
                                  std::size_t depth, ElementSearch& search) {
  for (auto result : object) {
    ondemand::field field;
    if (const error_code error = std::move(result).get(field); error != SUCCESS) return error;
    const std::string key = unescaped(key_text(field.key().raw()));
    const std::string path = depth == 1 ? key : prefix + "." + key;
    ondemand::value value = field.value();
    ondemand::json_type type;
    if (const error_code error = value.type().get(type); error != SUCCESS) return error;
    error_code error = SUCCESS;
    if (type == ondemand::json_type::object && depth < limits_.nesting_depth) {
      ondemand::object inner;
      error = value.get_object().get(inner);
      if (error == SUCCESS) error = find_in_object(inner, path, depth + 1, search);
    } else if (type == ondemand::json_type::array &&
               search.paths.contains(path)) {
      error = find_in_array(value, search);
    }  // anything else is stepped over
    if (error != SUCCESS) return error;
  }
  return SUCCESS;
}

error_code Walker::find_in_array(ondemand::value value, ElementSearch& search) {
  ondemand::array array;
  if (const error_code error = value.get_array().get(array); error != SUCCESS) return error;
  for (auto result : array) {
    if (search.elements.size() >= limits_.wrapped_events) {
      too_many_elements_ = true;
      return simdjson::CAPACITY;  // whatever it is, the search ends
    }
    ondemand::value element;
    if (const error_code error = std::move(result).get(element); error != SUCCESS) return error;
    ondemand::json_type type;
    if (const error_code error = element.type().get(type); error != SUCCESS) return error;
    const bool is_object = type == ondemand::json_type::object;
    std::string_view text = without_blanks_behind(element.raw_json_token());
    error_code error;
    if (is_object || type == ondemand::json_type::array) {
      error = text_of(element, type, text);
    } else {
      Leaf unused;
      error = read_scalar(element, unused);  // steps over it
    }
    if (error != SUCCESS) return error;
    search.elements.push_back(
        {static_cast<std::size_t>(text.data() - search.object.data()), text.size(), is_object});
  }
  return SUCCESS;
}

error_code Walker::read_scalar(ondemand::value& value, Leaf& leaf) {
  const std::string_view token = without_blanks_behind(value.raw_json_token());
  if (token.empty()) return simdjson::TAPE_ERROR;
  if (token.front() == '"') {
    if (token.size() < 2 || token.back() != '"') return simdjson::STRING_ERROR;
    const std::string_view text = token.substr(1, token.size() - 2);
    // Steps over the string. Left to itself the iterator would take `"a" : 1` in an array for a
    // key.
    ondemand::raw_json_string stepped_over;
    if (const error_code error = value.get_raw_json_string().get(stepped_over); error != SUCCESS)
      return error;
    leaf.value = Value::text(text);
    leaf.is_as_written = true;
    return SUCCESS;
  }
  leaf.value = Value::text(token);
  if (token == "true" || token == "false") {
    leaf.value.type = ValueType::kBoolText;
  } else if (token == "null") {
    leaf.value = Value::null();
  } else if (is_json_number(token)) {
    leaf.value.type = ValueType::kNumberText;
  } else {
    return simdjson::TAPE_ERROR;
  }
  return SUCCESS;
}

void Walker::add_leaf(const Leaf& leaf) {
  leaves_.push_back(leaf);
  paths_bytes_ += path_bytes_;
}

// The paths of all leaves are spelled out by who reads the signature: one long key around many
// leaves must not make gigabytes of them.
bool Walker::is_full(const Extent& extent) const {
  return extent.leaves_count >= limits_.fields_per_event ||
         extent.paths_bytes / limits_.fields_per_event > limits_.name_bytes;
}

// With keys their leaves go, so that those that stay still belong to their keys.
void Walker::go_back_to(const Extent& extent) {
  signature_.resize(extent.signature_bytes);
  leaves_.resize(extent.leaves_count);
  paths_bytes_ = extent.paths_bytes;
}

// An array is one leaf however long it is, so that its length does not make another kind of event.
void Walker::add_list(std::size_t begin, bool has_objects) {
  const std::size_t count = elements_.size() - begin;
  if (count == 0 && has_objects) return;
  signature_ += kList;
  Leaf list{Value::null(), false};
  if (count > 0) {
    Value* values = arena_->allocate_values(count);
    for (std::size_t i = 0; i < count; ++i) {
      Leaf& element = elements_[begin + i];
      element.resolve(*arena_);
      values[i] = element.value;
    }
    list.value = {values, static_cast<std::uint32_t>(count), ValueType::kList};
  }
  elements_.resize(begin);
  add_leaf(list);
}

}  // namespace pugmark::json
