#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/script/symbols.h"
#include "detect/script/tree.h"

namespace pugmark::script {

// Where a value may have come from, and what it went through on the way: bits.
using Origins = std::uint16_t;
inline constexpr Origins kFromRequest = 1U << 0U;  // parameter, body, cookie, part of the address
inline constexpr Origins kFromHeader = 1U << 1U;   // header, agent, method, address of the client
inline constexpr Origins kFromUpload = 1U << 2U;   // a file the request brings, its name
inline constexpr Origins kFromFile = 1U << 3U;     // content or name of a file on the server
inline constexpr Origins kFromNetwork = 1U << 4U;  // fetched from elsewhere
inline constexpr Origins kFromDatabase = 1U << 5U;
inline constexpr Origins kFromSession = 1U << 6U;  // kept from an earlier request
inline constexpr Origins kFromSystem = 1U << 7U;   // output of a command, memory, registry
inline constexpr Origins kFromCaller = 1U << 8U;   // a parameter of a function nobody here calls
inline constexpr Origins kDecoded = 1U << 9U;      // went through a decoder or a decipherer
inline constexpr Origins kChecked = 1U << 10U;     // escaped, made a number, made a digest
inline constexpr Origins kThroughUnknown = 1U << 11U;  // went through a call that is not known
inline constexpr Origins kFromOutside = kFromRequest | kFromHeader | kFromUpload;

// One step on the way of a value: the trail behind it is a list, newest first.
struct Trail {
  enum class Kind : std::uint8_t {
    kSource,    // where it comes from; `name`: of the parameter or header if it is constant
    kKept,      // assigned; `name`: the variable
    kPassed,    // went through a call; `name`: of what is called
    kDecoder,   // likewise, and that is a decoder
    kReturned,  // came back from a function of the script
    kTaken,     // a part of it, which adds no length; `name`: what that is called
  };
  Kind kind = Kind::kSource;
  std::uint8_t length = 0;  // of the trail, up to kLengthMax
  Origins origins = 0;      // of a source: which
  NodeId node = kNoNode;
  Symbol name = kNoSymbol;
  std::uint32_t previous = 0;
  static constexpr std::uint8_t kLengthMax = 60;
};

// What an expression is known to be. Texts, arrays and objects stand in Values.
struct Value {
  enum class Kind : std::uint8_t {
    kUnknown,
    kNull,
    kText,      // constant bytes
    kNumber,    // constant; truth values too
    kArray,     // `index` into Values
    kObject,    // `type` is what it is an instance of, or the name of the class or built-in object
                // itself; `index` into Values, 0: its members are not known
    kFunction,  // `index`: the kFunction node. A name of one is a kText.
  };
  Kind kind = Kind::kUnknown;
  bool is_maybe : 1 = false;    // set on a way that may not be taken: nothing is decided by it
  bool names_page : 1 = false;  // not known, but ends like a name that servers run, or leads to
                                // such a file
  Origins origins = 0;
  std::uint32_t trail = 0;  // 0: none
  Symbol type = kNoSymbol;
  std::uint32_t size = 0;  // of kText
  union {
    const char* data = nullptr;  // of kText
    double number;
    std::uint64_t index;
  };

  std::string_view text() const { return {data, size}; }
  bool is_constant() const { return kind == Kind::kText || kind == Kind::kNumber; }
  bool is_text() const { return kind == Kind::kText; }
  bool is_number() const { return kind == Kind::kNumber; }
  bool is_array() const { return kind == Kind::kArray; }
  bool is_object() const { return kind == Kind::kObject; }
  bool comes_from(Origins which) const { return (origins & which) != 0; }
};

Value number_value(double number);

// An array, list, map or record. By reference: copies of the value share it.
struct Array {
  std::vector<std::pair<Value, Value>> items;  // key, value; of a list the keys are 0, 1, ...
  bool is_list = true;
  bool is_kept_twice = false;  // in languages whose arrays are values: copied before it changes
  double next_key = 0;  // what push() gives: one more than the highest number
  Value others;         // of what was put in under a key that is not known
  // Where the first so many items, and those they took the place of, may have come from.
  Value summed;
  std::size_t summed_count = 0;
  // Where the items of a long one that is no list stand: open addressing by the keys' hashes, of
  // numbers of items plus one; 0: free.
  std::vector<std::uint32_t> table;
};

struct Object {
  Symbol type = kNoSymbol;
  NodeId declared_at = kNoNode;  // kClass node of the script, if it is one of its own
  std::vector<std::pair<Symbol, Value>> fields;
  bool was_destroyed = false;  // its destructor ran
};

// What the values of one script refer to. Bounded: beyond the limits texts become unknown and
// arrays grow no more, and is_exhausted() says so. One thread; clear() keeps some of the memory.
class Values {
 public:
  struct Bounds {
    std::size_t text_bytes_max = std::size_t{24} << 20U;
    std::size_t one_text_bytes_max = std::size_t{8} << 20U;
    std::size_t array_items_max = 1'000'000;  // of all arrays
    std::size_t objects_max = 100'000;
    std::size_t trails_max = 1'000'000;
  };

  explicit Values(const Bounds& bounds);
  void clear();

  // Memory for a text of `size` bytes, to be filled by the caller; nullptr if there is no room.
  char* new_text(std::size_t size);
  // A constant of a copy of `text`; unknown if there is no room.
  Value text_value(std::string_view text);
  // A constant of both, one after the other. Where the longer was made so itself, and nothing was
  // joined to it on that side since, only the other is copied: a text that grows in a loop, behind
  // or in front, costs what it grows by.
  Value joined(std::string_view left, std::string_view right);
  // The same without a copy, of text that lives as long as the script is looked at.
  static Value text_view(std::string_view text);
  static Value character(char byte);  // likewise, of one byte

  Value new_array();
  Value new_object(Symbol type, NodeId declared_at);
  Array& array(const Value& value) { return arrays_[value.index]; }
  Object& object(const Value& value) { return objects_[value.index]; }
  const Object& object(const Value& value) const { return objects_[value.index]; }
  std::size_t objects_count() const { return objects_.size(); }
  Object& object_at(std::size_t number) { return objects_[number]; }

  // Puts `item` under `key`; a key that is not constant joins it to the others.
  void put(const Value& array, const Value& key, const Value& item);
  void push(const Value& array, const Value& item);
  // Says of the array, and of those in it, that another keeps it, too.
  void keep_twice(const Value& array);
  // One of the same items that nobody else keeps; those in it are still kept twice. The array
  // itself where there is no room for another.
  Value copy_of(const Value& array);
  // What stands under `key`; unknown, with the origins of all that may, if that cannot be told.
  Value get(const Value& array, const Value& key);

  const Value* field(const Value& object, Symbol name) const;
  void set_field(const Value& object, Symbol name, const Value& value);

  std::uint32_t add_trail(const Trail& trail);
  const Trail& trail(std::uint32_t number) const { return trails_[number]; }

  // The value could be either: the constant of the second if it has one, the origins of both.
  Value either(const Value& first, const Value& second) const;
  // Joins to `into` where `from` may have come from, keeping the trail that leads outside.
  void take_origins(Value& into, const Value& from) const;

  bool is_exhausted() const { return is_exhausted_; }

 private:
  static std::size_t find(const Array& array, const Value& key);
  static void index(Array& array);

  Bounds bounds_;
  std::deque<std::string> blocks_;
  std::size_t block_used_ = 0;
  std::size_t text_bytes_ = 0;
  // Where texts end that joined() made, and how much room is behind; where others begin, and how
  // much is in front.
  struct Growing {
    const char* at = nullptr;
    std::size_t room = 0;
  };
  using Growings = std::array<Growing, 4>;
  static Growing* growing_at(Growings& growings, const char* at, std::size_t room);

  Growings growing_{};
  Growings growing_in_front_{};
  std::size_t next_growing_ = 0;
  std::deque<Array> arrays_;
  std::size_t array_items_ = 0;
  std::deque<Object> objects_;
  std::vector<Trail> trails_;
  bool is_exhausted_ = false;
};

// As PHP would write it: 3 -> "3", 0.5 -> "0.5", 1e21 -> "1.0E+21".
std::string text_of_number(double number);
// The number at the beginning of a text as PHP, VB and JScript read it; 0 if there is none.
// `is_whole`: nothing else stands there.
double number_of_text(std::string_view text, bool* is_whole = nullptr);

// The number that is written so in a script: 0x1f, &H1F, 0b11, 0o17, 1_000, 10L. `has_octal`: a
// leading 0 alone means base 8.
double number_of_literal(std::string_view text, bool has_octal);

}  // namespace pugmark::script
