#pragma once

#include <cstdint>
#include <string_view>

#include "detect/script/language.h"

namespace pugmark::script::braces {

// The words that mean something to the parser, in any of the languages with braces. A word is one
// only in those languages that have it (word_of()), and many are ordinary names wherever the
// grammar does not expect them: the parser decides.
enum class Word : std::uint16_t {
  kNone,
  // ---- Statements
  kIf,
  kElse,
  kElseIf,  // cfscript
  kFor,
  kForEach,
  kWhile,
  kDo,
  kSwitch,
  kCase,
  kDefault,
  kBreak,
  kContinue,
  kReturn,
  kGoto,
  kThrow,
  kRethrow,
  kTry,
  kCatch,
  kFinally,
  kUsing,
  kLock,
  kSynchronized,
  kFixed,
  kUnsafe,
  kChecked,
  kUnchecked,
  kWith,
  kYield,
  kAssert,
  kDebugger,
  kImport,
  kInclude,
  kParam,
  // ---- Declarations
  kVar,
  kLet,
  kConst,
  kFunction,
  kClass,
  kStruct,
  kInterface,
  kEnum,
  kRecord,
  kComponent,
  kNamespace,
  kPackage,
  kDelegate,
  kEvent,
  kOperator,
  kImplicit,
  kExplicit,
  kExport,
  kExtends,
  kImplements,
  kThrows,
  kPermits,
  kWhere,
  // ---- Modifiers that are nothing else
  kFirstModifier,
  kPublic = kFirstModifier,
  kPrivate,
  kProtected,
  kInternal,
  kStatic,
  kFinal,
  kAbstract,
  kSealed,
  kVirtual,
  kOverride,
  kReadonly,
  kVolatile,
  kTransient,
  kNative,
  kStrictfp,
  kExtern,
  kLastModifier = kExtern,
  // ---- Modifiers that may be names
  kFirstSoftModifier,
  kPartial = kFirstSoftModifier,
  kAsync,
  kRequired,
  kScoped,
  kRemote,
  kHide,
  kExpando,
  kLastSoftModifier = kExpando,
  kRef,
  kOut,
  kParams,
  // ---- Expressions
  kNew,
  kThis,
  kTypeof,
  kSizeof,
  kStackalloc,
  kVoid,
  kDelete,
  kAwait,
  kInstanceof,
  kIs,
  kAs,
  kIn,
  kOf,
  kNot,
  kAnd,
  kOr,
  kFrom,
  kWhen,
  kJoin,
  kOn,
  kEquals,
  kInto,
  kOrderBy,
  kSelect,
  kGroup,
  kBy,
  kAscending,
  kDescending,
  kGet,
  kSet,
  kInit,
  kAdd,
  kRemove,
  // ---- Operators of cfscript that are words
  kEq,
  kNeq,
  kGt,
  kGte,
  kLt,
  kLte,
  kContains,
  kDoes,
  kGreater,
  kLess,
  kMod,
  kXor,
  kEqv,
  kImp,
};

constexpr bool is_modifier(Word word) {
  return word >= Word::kFirstModifier && word <= Word::kLastModifier;
}
constexpr bool is_soft_modifier(Word word) {
  return word >= Word::kFirstSoftModifier && word <= Word::kLastSoftModifier;
}

// kNone if `name` is no such word in the language. Case counts but in cfscript.
Word word_of(std::string_view name, Language language);

}  // namespace pugmark::script::braces
