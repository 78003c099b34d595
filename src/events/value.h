#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace pugmark {

// How the bytes of a Value are to be understood. The names after kAnsi are the BinXML value types
// ([MS-EVEN6] 2.2.12, BinXml types); all numbers are little-endian.
enum class ValueType : std::uint8_t {
  kAbsent,      // the event has no such field
  kNull,        // the field is there and carries null: both '' and null to a rule
  kUtf8,        // text (well-formed or not)
  kNumberText,  // a JSON number, as written
  kBoolText,    // a JSON boolean: "true" or "false"
  kUtf16,       // UTF-16LE text, not terminated
  kAnsi,        // Windows-1252 text
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kReal32,
  kReal64,
  kBool,        // 4 bytes, 0 is false
  kBinary,
  kGuid,        // 16 bytes
  kSize,        // 4 or 8 bytes, rendered as hexadecimal
  kFileTime,    // 8 bytes
  kSystemTime,  // 16 bytes, [MS-DTYP] SYSTEMTIME
  kSid,         // [MS-DTYP] SID
  kHex32,
  kHex64,
  kList,        // `data` points to `size` Values: arrays, and a field that stands several times
};

// One value of an event, left in place: a view of the evidence block or of the batch's arena, valid
// as long as the EventBatch it came with. 16 bytes; trivially copyable.
struct Value {
  const void* data = nullptr;
  std::uint32_t size = 0;  // bytes; for kList the number of Values
  ValueType type = ValueType::kAbsent;
  // Says nothing, but makes a copy one move of 16 bytes. Padding is not copied: 13 bytes go in two
  // moves that overlap, and the second waits for the first (measured: a twentieth of a hunt).
  std::array<std::uint8_t, 3> unused{};

  static Value text(std::string_view utf8) {
    return {utf8.data(), static_cast<std::uint32_t>(utf8.size()), ValueType::kUtf8};
  }
  static Value null() { return {nullptr, 0, ValueType::kNull}; }

  bool present() const { return type != ValueType::kAbsent; }
  bool is_list() const { return type == ValueType::kList; }
  std::string_view bytes() const { return {static_cast<const char*>(data), size}; }
  std::span<const Value> list() const { return {static_cast<const Value*>(data), size}; }
};
static_assert(sizeof(Value) == 16);

// Appends the text Windows shows for the value (Event Viewer's XML view): integers in decimal,
// kHex32/64 and kSize as 0x and lower-case digits without padding, GUIDs upper-case in braces, SIDs
// as S-1-..., times in ISO 8601 UTC with 7 digits and Z, booleans as true/false, binary as
// upper-case hexadecimal digits, UTF-16 as stored without trimming but cut at the first NUL, lists
// joined by one blank. kAbsent and kNull append nothing. A value whose size does not fit its type
// is rendered as binary: nothing is invented.
void append_rendered(const Value& value, std::string& out);
std::string rendered(const Value& value);

// True for the types whose rendering is plain decimal or hexadecimal digits or true/false, that is,
// never needs Unicode folding.
bool is_numeric(ValueType type);

}  // namespace pugmark
