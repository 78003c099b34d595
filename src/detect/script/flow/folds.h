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
  kBase64UrlDecode,
  kBase64Encode,
  kUrlDecode,
  kPercentDecode,
  kHexDecode,
  kHexEncode,
  kRot13,
  kReverse,
  kLower,
  kUpper,
  kUpperFirst,
  kLowerFirst,
  kUpperWords,
  kTrim,
  kTrimLeft,
  kTrimRight,
  kInflateRaw,
  kInflateZlib,
  kInflateGzip,
  kInflateAny,
  kUuDecode,
  kUnescape,
  kHtmlDecode,
  kHtmlSpecialDecode,
  kQuotedPrintable,
  kStripSlashes,
  kStripCSlashes,
  kUtf16Decode,
  kMd5,
  kSha1,
  kCrc32,
  kLength,
  kIdentity,
  // Characters and numbers
  kChr,
  kChrByte,
  kOrd,
  kHexToNumber,
  kOctToNumber,
  kBinToNumber,
  kLiteral,
  kNumberToHex,
  kNumberToHexOfBasic,
  kNumberToBin,
  kBaseConvert,
  kToNumber,
  kParseInt,
  kToDecimal,
  kToEven,
  kToText,
  kFloor,
  kCeiling,
  kTruncate,
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
  kSlicePart,
  kMid,
  kLeft,
  kRight,
  kCharAt,
  kCharCodeAt,
  kIndexOf,
  kPlaceOf,
  kInStr,
  kReplace,
  kReplacePart,
  kReplaceMethod,
  kReplaceFirst,
  kReplaceAnyCase,
  kReplaceLiteral,
  kTranslate,
  kRepeat,
  kPad,
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
  kSplitLiteral,
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

// Whether it looks at no more of long arguments than it gives back.
bool takes_constant_time(Fold fold);

// Computes `fold` of constant arguments (of methods the receiver is the first). False if that
// cannot be done: an argument is not constant or of the wrong kind, or there is no room. Never more
// work than linear in the arguments and the result, which Values bounds.
bool fold(Fold fold, std::span<const Value> arguments, Values& values, Value& result);

}  // namespace pugmark::script
