#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/logsource.h"
#include "events/event.h"
#include "events/value.h"

namespace pugmark::engine {

// How the texts of a field are made (docs/adr/0010).
enum class FieldRole : std::uint8_t {
  kPlain,      // the value; lists also joined by blanks
  kUriStem,    // percent-decoded too
  kUriQuery,   // alone and behind the stem, percent-decoded too
  kUserAgent,  // with '+' read as a blank too
  kKeyword,    // every value of the event, and its raw line
  kRenamed,    // put together from other fields (sigma::FieldRename)
};

// One text a value can be read as. `name` is "" for the text as it stands.
struct Reading {
  std::string_view raw;     // UTF-8
  std::string_view folded;  // case-folded; the same view as `raw` if folding changes nothing
  std::string_view name;    // a literal: "stem?query", "decoded once", ...
  bool is_null = false;     // the field is there and holds null; then the texts are empty
};

inline constexpr std::string_view kReadingStemAndQuery = "stem?query";
inline constexpr std::string_view kReadingDecodedOnce = "decoded once";
inline constexpr std::string_view kReadingDecodedTwice = "decoded twice";
inline constexpr std::string_view kReadingStemAndQueryDecodedOnce = "stem?query, decoded once";
inline constexpr std::string_view kReadingStemAndQueryDecodedTwice = "stem?query, decoded twice";
inline constexpr std::string_view kReadingPlusAsBlank = "plus as blank";
inline constexpr std::string_view kReadingJoined = "joined";
inline constexpr std::string_view kReadingRawLine = "raw line";

// Replaces each well-formed %XX by its byte, in one pass (RFC 3986, 2.1); anything else stays.
// True if something was replaced.
bool percent_decode(std::string_view text, std::string& out);

// Makes the texts that a field is read as. One per worker; keeps its memory from field to field.
class ReadingMaker {
 public:
  // Starts a new list whose texts live as long as what `arena` holds.
  void begin(Arena& arena);

  // All readings of a value in a role. `stem`: of kUriQuery, the value it stands behind.
  void add(FieldRole role, const Value& value, const Value& stem);
  void add_value(const Value& value);
  void add_null();
  // `raw` lives as long as the list.
  void add_text(std::string_view raw, std::string_view name);
  // The same for a text that does not.
  void add_copy(std::string_view text, std::string_view name);
  // What the rewrite makes of the readings so far stands beside them.
  void add_rewritten(sigma::ValueRewrite rewrite);

  // The list, in the arena.
  std::span<const Reading> finish();

 private:
  std::string_view rendered_text(const Value& value);
  void add_decoded(std::string_view text, std::string_view once, std::string_view twice);
  void add_query(const Value& value, const Value& stem);

  Arena* arena_ = nullptr;
  std::vector<Reading> readings_;
  std::string text_;    // the text being rendered
  std::string folded_;  // ... and folded
};

}  // namespace pugmark::engine
