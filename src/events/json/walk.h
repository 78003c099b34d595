#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "events/event.h"
#include "events/value.h"

namespace pugmark::json {

// Marks in a signature. JSON keys cannot contain control characters, so none of them can be forged.
inline constexpr char kKey = '\x01';     // a key follows, up to the next mark; then its value:
inline constexpr char kObject = '\x02';  //   an object (none of these: a scalar, one leaf)
inline constexpr char kEnd = '\x03';     //   the end of an object
inline constexpr char kObjectInList = '\x04';  //   an object that is an element of an array
inline constexpr char kList = '\x05';          //   the scalars of an array, one leaf that is a list

struct Leaf {
  Value value;
  bool is_as_written = false;  // a string: `value` is what stands between its quotes

  // Resolves the escapes of a string, into the arena. Only who reads a value pays for that.
  void resolve(Arena& arena);
};

// An element of an array: where it stands in the text of the object that was walked.
struct ListElement {
  std::size_t begin = 0;
  std::size_t length = 0;
  bool is_object = false;
};

enum class WalkResult {
  kWhole,
  kNotJson,  // the text contradicts RFC 8259
  kNotUtf8,
};

// Walks one JSON object with simdjson and notes its leaves in order of appearance, and its keys as
// a signature: events with equal signatures have the same fields. Memory is reused. One thread.
class Walker {
  struct ElementSearch {
    std::string_view object;
    const std::set<std::string>& paths;
    std::vector<ListElement>& elements;
  };

 public:
  explicit Walker(const Limits& limits) : limits_(limits) {}

  // `object` is followed by kBlockPadding readable bytes. Lists are allocated in `arena`.
  WalkResult walk(std::string_view object, Arena& arena);

  // The same, but of objects with equal keys in one array only the first is noted: the signature of
  // many events that one object wraps, however many they are.
  WalkResult walk_outline(std::string_view object, Arena& arena);

  // What stands in the arrays at these paths, in order. `object` was walked just now and is whole.
  // False if it cannot be taken apart after all. At most wrapped-events; if there are more,
  // too_many_elements() until the next search.
  bool find_elements(std::string_view object, const std::vector<std::string>& paths,
                     std::vector<ListElement>& elements);
  bool too_many_elements() const { return too_many_elements_; }

  const std::string& signature() const { return signature_; }
  std::vector<Leaf>& leaves() { return leaves_; }

  // Limits reached in the last object: a value deeper than nesting-depth stands as its JSON text,
  // fields beyond fields-per-event and list values beyond values-per-field are left out. A field
  // whose path (its keys joined by dots) is longer than name-bytes counts for several.
  bool too_deep() const { return too_deep_; }
  bool too_many_fields() const { return too_many_fields_; }
  bool too_many_values() const { return too_many_values_; }

 private:
  WalkResult walk_whole(std::string_view object, Arena& arena);
  simdjson::error_code walk_object(simdjson::ondemand::object object, std::size_t depth);
  simdjson::error_code walk_value(simdjson::ondemand::value value, std::size_t depth);
  simdjson::error_code walk_array(simdjson::ondemand::value value, std::size_t depth,
                                  std::size_t list_begin, bool& has_objects);
  simdjson::error_code walk_object_in_list(simdjson::ondemand::object object, std::size_t depth,
                                           std::set<std::string>& signatures);
  simdjson::error_code find_in_object(simdjson::ondemand::object object, const std::string& prefix,
                                      std::size_t depth, ElementSearch& search);
  simdjson::error_code find_in_array(simdjson::ondemand::value value, ElementSearch& search);
  simdjson::error_code read_scalar(simdjson::ondemand::value& value, Leaf& leaf);
  simdjson::error_code read_too_deep(simdjson::ondemand::value& value, Leaf& leaf);
  static simdjson::error_code text_of(simdjson::ondemand::value& value,
                                      simdjson::ondemand::json_type type, std::string_view& text);
  // How far signature and leaves had come.
  struct Extent {
    std::size_t signature_bytes = 0;
    std::size_t leaves_count = 0;
    std::size_t paths_bytes = 0;
  };
  Extent extent() const { return {signature_.size(), leaves_.size(), paths_bytes_}; }
  bool is_full(const Extent& extent) const;
  void go_back_to(const Extent& extent);
  void add_leaf(const Leaf& leaf);
  void add_list(std::size_t begin, bool has_objects);

  const Limits& limits_;
  bool is_outline_ = false;
  std::size_t path_bytes_ = 0;   // of the value being walked
  std::size_t paths_bytes_ = 0;  // of all leaves
  simdjson::ondemand::parser parser_;
  Arena* arena_ = nullptr;
  std::string signature_;
  std::vector<Leaf> leaves_;
  std::vector<Leaf> elements_;  // scalars of the arrays being walked, as a stack
  bool too_deep_ = false;
  bool too_many_fields_ = false;
  bool too_many_values_ = false;
  bool too_many_elements_ = false;
};

// The text of a JSON string. Escapes are resolved into the arena; a surrogate without its other
// half becomes U+FFFD, an escape JSON does not know stays as written. The first reads up to
// kBlockPadding bytes behind `written`.
std::string_view unescaped(std::string_view written, Arena& arena);
std::string unescaped(std::string_view written);

// True for a number as RFC 8259, section 6, defines it.
bool is_json_number(std::string_view token);

}  // namespace pugmark::json
