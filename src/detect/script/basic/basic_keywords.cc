#include "detect/script/basic/basic_keywords.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace pugmark::script {
namespace {

using Word = BasicWord;

// Where a word has its meaning.
enum class Where : std::uint8_t { kBoth, kNetOnly };

struct Entry {
  std::string_view name;  // lower case
  Word word = Word::kNone;
  Where where = Where::kBoth;
};

constexpr auto kNet = Where::kNetOnly;

constexpr std::array kEntries = {
    // table of words
    Entry{"addhandler", Word::kAddHandler, kNet},
    Entry{"addressof", Word::kAddressOf, kNet},
    Entry{"aggregate", Word::kAggregate, kNet},
    Entry{"and", Word::kAnd},
    Entry{"andalso", Word::kAndAlso, kNet},
    Entry{"as", Word::kAs},
    Entry{"ascending", Word::kAscending, kNet},
    Entry{"async", Word::kAsync, kNet},
    Entry{"await", Word::kAwait, kNet},
    Entry{"by", Word::kBy, kNet},
    Entry{"byref", Word::kByRef},
    Entry{"byval", Word::kByVal},
    Entry{"call", Word::kCall},
    Entry{"case", Word::kCase},
    Entry{"catch", Word::kCatch, kNet},
    Entry{"cbool", Word::kCast},
    Entry{"cbyte", Word::kCast},
    Entry{"cchar", Word::kCast, kNet},
    Entry{"ccur", Word::kCast},
    Entry{"cdate", Word::kCast},
    Entry{"cdbl", Word::kCast},
    Entry{"cdec", Word::kCast, kNet},
    Entry{"cint", Word::kCast},
    Entry{"class", Word::kClass},
    Entry{"clng", Word::kCast},
    Entry{"cobj", Word::kCast, kNet},
    Entry{"const", Word::kConst},
    Entry{"continue", Word::kContinue, kNet},
    Entry{"csbyte", Word::kCast, kNet},
    Entry{"cshort", Word::kCast, kNet},
    Entry{"csng", Word::kCast},
    Entry{"cstr", Word::kCast},
    Entry{"ctype", Word::kCType, kNet},
    Entry{"cuint", Word::kCast, kNet},
    Entry{"culng", Word::kCast, kNet},
    Entry{"cushort", Word::kCast, kNet},
    Entry{"custom", Word::kCustom, kNet},
    Entry{"declare", Word::kDeclare, kNet},
    Entry{"default", Word::kDefault},
    Entry{"delegate", Word::kDelegate, kNet},
    Entry{"descending", Word::kDescending, kNet},
    Entry{"dim", Word::kDim},
    Entry{"directcast", Word::kDirectCast, kNet},
    Entry{"distinct", Word::kDistinct, kNet},
    Entry{"do", Word::kDo},
    Entry{"each", Word::kEach},
    Entry{"else", Word::kElse},
    Entry{"elseif", Word::kElseIf},
    Entry{"end", Word::kEnd},
    Entry{"endif", Word::kEndIf},
    Entry{"enum", Word::kEnum, kNet},
    Entry{"equals", Word::kEquals, kNet},
    Entry{"eqv", Word::kEqv},
    Entry{"erase", Word::kErase},
    Entry{"error", Word::kError},
    Entry{"event", Word::kEvent, kNet},
    Entry{"exit", Word::kExit},
    Entry{"finally", Word::kFinally, kNet},
    Entry{"for", Word::kFor},
    Entry{"friend", Word::kFriend, kNet},
    Entry{"from", Word::kFrom, kNet},
    Entry{"function", Word::kFunction},
    Entry{"get", Word::kGet},
    Entry{"gettype", Word::kGetType, kNet},
    Entry{"goto", Word::kGoTo},
    Entry{"group", Word::kGroup, kNet},
    Entry{"handles", Word::kHandles, kNet},
    Entry{"if", Word::kIf},
    Entry{"iif", Word::kIif},
    Entry{"imp", Word::kImp},
    Entry{"implements", Word::kImplements, kNet},
    Entry{"imports", Word::kImports, kNet},
    Entry{"in", Word::kIn},
    Entry{"inherits", Word::kInherits, kNet},
    Entry{"interface", Word::kInterface, kNet},
    Entry{"into", Word::kInto, kNet},
    Entry{"is", Word::kIs},
    Entry{"isnot", Word::kIsNot, kNet},
    Entry{"iterator", Word::kIterator, kNet},
    Entry{"join", Word::kJoin, kNet},
    Entry{"let", Word::kLet},
    Entry{"lib", Word::kLib, kNet},
    Entry{"like", Word::kLike},
    Entry{"loop", Word::kLoop},
    Entry{"mod", Word::kMod},
    Entry{"module", Word::kModule, kNet},
    Entry{"mustinherit", Word::kMustInherit, kNet},
    Entry{"mustoverride", Word::kMustOverride, kNet},
    Entry{"namespace", Word::kNamespace, kNet},
    Entry{"narrowing", Word::kNarrowing, kNet},
    Entry{"new", Word::kNew},
    Entry{"next", Word::kNext},
    Entry{"not", Word::kNot},
    Entry{"notinheritable", Word::kNotInheritable, kNet},
    Entry{"notoverridable", Word::kNotOverridable, kNet},
    Entry{"of", Word::kOf, kNet},
    Entry{"on", Word::kOn},
    Entry{"operator", Word::kOperator, kNet},
    Entry{"option", Word::kOption},
    Entry{"optional", Word::kOptional},
    Entry{"or", Word::kOr},
    Entry{"order", Word::kOrder, kNet},
    Entry{"orelse", Word::kOrElse, kNet},
    Entry{"overloads", Word::kOverloads, kNet},
    Entry{"overridable", Word::kOverridable, kNet},
    Entry{"overrides", Word::kOverrides, kNet},
    Entry{"paramarray", Word::kParamArray, kNet},
    Entry{"partial", Word::kPartial, kNet},
    Entry{"preserve", Word::kPreserve},
    Entry{"private", Word::kPrivate},
    Entry{"property", Word::kProperty},
    Entry{"protected", Word::kProtected, kNet},
    Entry{"public", Word::kPublic},
    Entry{"raiseevent", Word::kRaiseEvent, kNet},
    Entry{"readonly", Word::kReadOnly, kNet},
    Entry{"redim", Word::kReDim},
    Entry{"rem", Word::kRem},
    Entry{"removehandler", Word::kRemoveHandler, kNet},
    Entry{"return", Word::kReturn, kNet},
    Entry{"select", Word::kSelect},
    Entry{"set", Word::kSet},
    Entry{"shadows", Word::kShadows, kNet},
    Entry{"shared", Word::kShared, kNet},
    Entry{"skip", Word::kSkip, kNet},
    Entry{"static", Word::kStatic, kNet},
    Entry{"step", Word::kStep},
    Entry{"structure", Word::kStructure, kNet},
    Entry{"sub", Word::kSub},
    Entry{"synclock", Word::kSyncLock, kNet},
    Entry{"take", Word::kTake, kNet},
    Entry{"then", Word::kThen},
    Entry{"throw", Word::kThrow, kNet},
    Entry{"to", Word::kTo},
    Entry{"try", Word::kTry, kNet},
    Entry{"trycast", Word::kTryCast, kNet},
    Entry{"typeof", Word::kTypeOf, kNet},
    Entry{"until", Word::kUntil},
    Entry{"using", Word::kUsing, kNet},
    Entry{"wend", Word::kWend},
    Entry{"when", Word::kWhen, kNet},
    Entry{"where", Word::kWhere, kNet},
    Entry{"while", Word::kWhile},
    Entry{"widening", Word::kWidening, kNet},
    Entry{"with", Word::kWith},
    Entry{"withevents", Word::kWithEvents, kNet},
    Entry{"writeonly", Word::kWriteOnly, kNet},
    Entry{"xor", Word::kXor},
    Entry{"yield", Word::kYield, kNet},
};

constexpr std::size_t kNameBytesMax = 14;
constexpr std::size_t kSlotsCount = 1024;  // a power of two, several times the words

// The letters of a name, in lower case, as two numbers. No other characters of names fold onto
// letters this way but '@' and the like, which names do not have.
struct Folded {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  constexpr bool operator==(const Folded&) const = default;
};

constexpr std::uint64_t kLowerCaseBits = 0x2020202020202020U;

constexpr std::uint64_t first_bytes(std::size_t count) {
  return count >= 8 ? UINT64_MAX : (std::uint64_t{1} << (8 * count)) - 1;
}

constexpr Folded fold(std::string_view name) {
  Folded folded;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(name[i]));
    (i < 8 ? folded.low : folded.high) |= byte << (8 * (i % 8));
  }
  folded.low |= kLowerCaseBits & first_bytes(name.size());
  if (name.size() > 8) folded.high |= kLowerCaseBits & first_bytes(name.size() - 8);
  return folded;
}

constexpr std::size_t slot_of(const Folded& folded) {
  const std::uint64_t mixed = (folded.low ^ std::rotl(folded.high, 29)) * 0x9E3779B97F4A7C15U;
  return static_cast<std::size_t>(mixed >> 54U);
}

struct Slot {
  Folded folded;
  Word word = Word::kNone;
  Where where = Where::kBoth;
};

constexpr std::array<Slot, kSlotsCount> make_slots() {
  std::array<Slot, kSlotsCount> slots{};
  for (const Entry& entry : kEntries) {
    const Folded folded = fold(entry.name);
    std::size_t at = slot_of(folded);
    while (slots[at].word != Word::kNone) at = (at + 1) % kSlotsCount;
    slots[at] = {folded, entry.word, entry.where};
  }
  return slots;
}
constexpr std::array<Slot, kSlotsCount> kSlots = make_slots();

struct CastType {
  std::string_view function;
  std::string_view type;
};
constexpr std::array kCastTypes = {
    CastType{"cbool", "Boolean"}, CastType{"cbyte", "Byte"},    CastType{"cchar", "Char"},
    CastType{"ccur", "Currency"}, CastType{"cdate", "Date"},    CastType{"cdbl", "Double"},
    CastType{"cdec", "Decimal"},  CastType{"cint", "Integer"},  CastType{"clng", "Long"},
    CastType{"cobj", "Object"},   CastType{"csbyte", "SByte"},  CastType{"cshort", "Short"},
    CastType{"csng", "Single"},   CastType{"cstr", "String"},   CastType{"cuint", "UInteger"},
    CastType{"culng", "ULong"},   CastType{"cushort", "UShort"}};

}  // namespace

BasicWord basic_word(std::string_view name, Language language) {
  if (name.size() < 2 || name.size() > kNameBytesMax) return Word::kNone;
  const Folded folded = fold(name);
  for (std::size_t at = slot_of(folded); kSlots[at].word != Word::kNone;
       at = (at + 1) % kSlotsCount) {
    if (kSlots[at].folded != folded) continue;
    const bool means = language == Language::kVisualBasic || kSlots[at].where == Where::kBoth;
    return means ? kSlots[at].word : Word::kNone;
  }
  return Word::kNone;
}

bool ends_basic_expression(BasicWord word) {
  switch (word) {  // table of words
    case Word::kAnd:
    case Word::kAndAlso:
    case Word::kAs:
    case Word::kCase:
    case Word::kDo:
    case Word::kEach:
    case Word::kElse:
    case Word::kElseIf:
    case Word::kEnd:
    case Word::kEndIf:
    case Word::kEqv:
    case Word::kFor:
    case Word::kHandles:
    case Word::kImp:
    case Word::kImplements:
    case Word::kIn:
    case Word::kIs:
    case Word::kIsNot:
    case Word::kLike:
    case Word::kLoop:
    case Word::kMod:
    case Word::kNext:
    case Word::kOr:
    case Word::kOrElse:
    case Word::kSelect:
    case Word::kThen:
    case Word::kTo:
    case Word::kUntil:
    case Word::kWend:
    case Word::kWhile:
    case Word::kWith:
    case Word::kXor:
      return true;
    default:
      return false;
  }
}

std::string_view basic_cast_type(std::string_view name) {
  if (name.size() > kNameBytesMax) return {};
  const Folded folded = fold(name);
  for (const CastType& cast : kCastTypes)
    if (fold(cast.function) == folded) return cast.type;
  return {};
}

}  // namespace pugmark::script
