#include "detect/engine/readings.h"

#include <algorithm>
#include <memory>

#include "base/text.h"

namespace pugmark::engine {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The text as it is if folding would not change it: most logs are lower-case ASCII or digits.
bool is_folded_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !(c >= 'A' && c <= 'Z');
  });
}

bool is_text_view(const Value& value) {
  return value.type == ValueType::kUtf8 || value.type == ValueType::kNumberText ||
         value.type == ValueType::kBoolText;
}

}  // namespace

bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  bool replaced = false;
  std::size_t done = 0;  // what stands before is in `out`
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string_view::npos; ++at) {
    if (text.size() - at <= 2) break;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) continue;
    out.append(text, done, at - done);
    out += static_cast<char>(high * 16 + low);
    replaced = true;
    at += 2;
    done = at + 1;
  }
  out.append(text, done);
  return replaced;
}

void ReadingMaker::begin(Arena& arena) {
  arena_ = &arena;
  readings_.clear();
}

void ReadingMaker::add(FieldRole role, const Value& value, const Value& stem) {
  const std::size_t first = readings_.size();
  switch (role) {
    case FieldRole::kPlain:
    case FieldRole::kRenamed:
    case FieldRole::kKeyword:
      add_value(value);
      break;
    case FieldRole::kUriStem:
      add_value(value);
      add_decoded(readings_.back().raw, kReadingDecodedOnce, kReadingDecodedTwice);
      break;
    case FieldRole::kUriQuery:
      add_query(value, stem);
      break;
    case FieldRole::kUserAgent: {
      add_value(value);
      const std::string_view text = readings_.back().raw;
      if (text.find('+') == std::string_view::npos) break;
      std::string blanks(text);
      std::replace(blanks.begin(), blanks.end(), '+', ' ');
      add_copy(blanks, kReadingPlusAsBlank);
    }
  }
  if (value.type == ValueType::kNull) readings_[first].is_null = true;
}

// The text of the value, in the arena.
std::string_view ReadingMaker::rendered_text(const Value& value) {
  if (is_text_view(value)) return arena_->copy(value.bytes());
  text_.clear();
  append_rendered(value, text_);
  return arena_->copy(text_);
}

void ReadingMaker::add_text(std::string_view raw, std::string_view name) {
  Reading reading{raw, raw, name, false};
  if (!is_folded_ascii(raw)) {
    folded_.clear();
    append_folded(raw, folded_);
    reading.folded = arena_->copy(folded_);
  }
  readings_.push_back(reading);
}

void ReadingMaker::add_copy(std::string_view text, std::string_view name) {
  add_text(arena_->copy(text), name);
}

void ReadingMaker::add_null() { readings_.push_back({"", "", "", true}); }

void ReadingMaker::add_value(const Value& value) {
  if (!value.is_list()) {
    add_text(rendered_text(value), "");
    return;
  }
  if (value.list().empty()) add_null();  // there, and nothing in it
  for (const Value& element : value.list()) {
    add_text(rendered_text(element), "");
    readings_.back().is_null = element.type == ValueType::kNull;
  }
  if (value.list().size() > 1) add_text(rendered_text(value), kReadingJoined);
}

void ReadingMaker::add_decoded(std::string_view text, std::string_view once_name,
                               std::string_view twice_name) {
  if (text.find('%') == std::string_view::npos) return;
  std::string once;
  if (!percent_decode(text, once)) return;
  add_copy(once, once_name);
  std::string twice;
  if (percent_decode(once, twice)) add_copy(twice, twice_name);
}

// Rules put a path where IIS puts only the query (docs/adr/0010): the query is read alone and
// behind its stem.
void ReadingMaker::add_query(const Value& value, const Value& stem) {
  add_value(value);
  const std::string_view query = readings_.back().raw;
  add_decoded(query, kReadingDecodedOnce, kReadingDecodedTwice);
  if (!stem.present() || stem.type == ValueType::kNull) return;
  std::string both = rendered(stem);
  if (value.type != ValueType::kNull) {
    both += '?';
    both += query;
  }
  const std::string_view text = arena_->copy(both);
  add_text(text, kReadingStemAndQuery);
  add_decoded(text, kReadingStemAndQueryDecodedOnce, kReadingStemAndQueryDecodedTwice);
}

void ReadingMaker::add_rewritten(sigma::ValueRewrite rewrite) {
  const std::size_t count = readings_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (readings_[i].is_null) continue;
    if (const auto text = sigma::rewritten(rewrite, readings_[i].raw))
      add_copy(*text, sigma::to_string(rewrite));
  }
}

std::span<const Reading> ReadingMaker::finish() {
  std::byte* at = arena_->allocate(readings_.size() * sizeof(Reading));
  std::uninitialized_copy(readings_.begin(), readings_.end(),
                          reinterpret_cast<Reading*>(at));  // fresh, aligned storage
  return {std::launder(reinterpret_cast<Reading*>(at)), readings_.size()};
}

}  // namespace pugmark::engine
