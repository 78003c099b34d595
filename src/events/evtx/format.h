#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "events/value.h"

// Numbers of the EVTX format. Byte tables with their sources: docs/formats/evtx.md.
namespace pugmark::evtx {

inline constexpr std::size_t kFileHeaderBytes = 4096;
inline constexpr std::size_t kChunkBytes = 65536;
inline constexpr std::size_t kChunkHeaderBytes = 512;
inline constexpr std::size_t kRecordHeaderBytes = 24;
inline constexpr std::size_t kRecordBytesMin = kRecordHeaderBytes + 4;  // header and size copy
inline constexpr std::uint32_t kRecordMagic = 0x00002A2A;
inline constexpr std::string_view kFileMagic{"ElfFile\0", 8};
inline constexpr std::string_view kChunkMagic{"ElfChnk\0", 8};

// Bounds of what one name or template may be, far above ordinary ones. Those of the work for a
// whole chunk are in base/limits.h.
inline constexpr std::size_t kElementNameCharsMax = 256;
inline constexpr std::size_t kDataNameBytesMax = 1'024;   // longer: taken as unnamed
inline constexpr std::size_t kShapeTextBytesMax = 1'024;  // channel or provider
inline constexpr std::size_t kSubstitutionsMax = 16'384;  // of one template

enum class Token : std::uint8_t {
  kEndOfStream = 0x00,
  kOpenElement = 0x01,
  kCloseStart = 0x02,
  kCloseEmpty = 0x03,
  kEndElement = 0x04,
  kValue = 0x05,
  kAttribute = 0x06,
  kCData = 0x07,
  kCharRef = 0x08,
  kEntityRef = 0x09,
  kPiTarget = 0x0A,
  kPiData = 0x0B,
  kTemplateInstance = 0x0C,
  kSubstitution = 0x0D,
  kOptionalSubstitution = 0x0E,
  kFragmentHeader = 0x0F,
};
inline constexpr std::uint8_t kMoreFlag = 0x40;  // an attribute list or more data follows

inline constexpr std::uint8_t kTypeNull = 0x00;
inline constexpr std::uint8_t kTypeString = 0x01;
inline constexpr std::uint8_t kTypeAnsi = 0x02;
inline constexpr std::uint8_t kTypeSize = 0x10;
inline constexpr std::uint8_t kTypeSid = 0x13;
inline constexpr std::uint8_t kTypeLastSimple = 0x15;
inline constexpr std::uint8_t kTypeBinXml = 0x21;
inline constexpr std::uint8_t kTypeArrayFlag = 0x80;

// Bytes of one value of a simple BinXML type; 0: not fixed.
inline constexpr std::array<std::uint8_t, kTypeLastSimple + 1> kTypeBytes = {
    0, 0, 0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 4, 0, 16, 0, 8, 16, 0, 4, 8};

// The simple types stand in the order of ValueType, from kUtf16 on.
constexpr ValueType value_type_of(std::uint8_t simple_type) {
  return static_cast<ValueType>(simple_type + static_cast<std::uint8_t>(ValueType::kUtf16) - 1);
}
static_assert(value_type_of(kTypeString) == ValueType::kUtf16);
static_assert(value_type_of(kTypeSid) == ValueType::kSid);
static_assert(value_type_of(kTypeLastSimple) == ValueType::kHex64);

}  // namespace pugmark::evtx
