#pragma once

#include <cstdint>
#include <span>

#include "detect/script/flow/value.h"

namespace pugmark::script {

// Functions of constants: what they give can be computed, and obfuscators count on nobody doing so.
enum class Fold : std::uint8_t {
  kNone,
  // One text
  kBase64Decode,
  kBase64Encode,
  kUrlDecode,
  kHexDecode,
  kHexEncode,
  kRot13,
  kReverse,
  kLower,
  kUpper,
  kUpperFirst,
  kTrim,
  kTrimLeft,
  kTrimRight,
  kInflateRaw,
  kInflateZlib,
  kInflateGzip,
  kUuDecode,
  kUnescape,
  kHtmlDecode,
  kQuotedPrintable,
  kStripSlashes,
  kUtf16Decode,
  kMd5,
  kSha1,
  kCrc32,
  kLength,
  kIdentity,
  // Characters and numbers
  kChr,
  kOrd,
  kHexToNumber,
  kOctToNumber,
  kBinToNumber,
  kNumberToHex,
  kNumberToBin,
  kBaseConvert,
  kToNumber,
  kToText,
  kFloor,
  kAbs,
  kRound,
  kMin,
  kMax,
  kPower,
  kIsNumber,
  kLastIndex,
  // Parts of texts; those named ...Method have the text first
  kSubstr,
  kSubstring,
  kMid,
  kLeft,
  kRight,
  kCharAt,
  kCharCodeAt,
  kIndexOf,
  kInStr,
  kReplace,
  kReplacePart,
  kReplaceMethod,
  kTranslate,
  kRepeat,
  kSpace,
  kString,
  kConcat,
  kFormat,
  kStringFormat,
  kFromCharCodes,
  kPack,
  kCompare,
  // Arrays
  kSplit,
  kSplitMethod,
  kSplitEvery,
  kJoin,
  kJoinMethod,
  kArray,
  kReverseArray,
  kMerge,
  kRange,
  kFirst,
  kLast,
  kKeys,
  kValues,
  kFlip,
  kSlice,
  kBytesToText,
  kTextToBytes,
};

// Computes `fold` of constant arguments (of methods the receiver is the first). False if that
// cannot be done: an argument is not constant or of the wrong kind, or there is no room. Never more
// work than linear in the arguments and the result, which Values bounds.
bool fold(Fold fold, std::span<const Value> arguments, Values& values, Value& result);

}  // namespace pugmark::script
