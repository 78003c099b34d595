#include "detect/script/basic/basic_keywords.h"

#include <array>

#include "detect/script/word_table.h"

namespace pugmark::script {
namespace {

using Word = BasicWord;

// A word, and where it has its meaning.
struct Meaning {
  Word word = Word::kNone;
  bool is_net_only = false;
};

constexpr std::size_t kWordsCount = 148;
using Words = WordTable<Meaning, kWordsCount, true>;

constexpr Meaning in_both(Word word) { return {word, false}; }
constexpr Meaning in_net(Word word) { return {word, true}; }

constexpr Words kWords(std::array<Words::Entry, kWordsCount>{{
    // table of words
    {"addhandler", in_net(Word::kAddHandler)},
    {"addressof", in_net(Word::kAddressOf)},
    {"aggregate", in_net(Word::kAggregate)},
    {"and", in_both(Word::kAnd)},
    {"andalso", in_net(Word::kAndAlso)},
    {"as", in_both(Word::kAs)},
    {"ascending", in_net(Word::kAscending)},
    {"async", in_net(Word::kAsync)},
    {"await", in_net(Word::kAwait)},
    {"by", in_net(Word::kBy)},
    {"byref", in_both(Word::kByRef)},
    {"byval", in_both(Word::kByVal)},
    {"call", in_both(Word::kCall)},
    {"case", in_both(Word::kCase)},
    {"catch", in_net(Word::kCatch)},
    {"cbool", in_both(Word::kCast)},
    {"cbyte", in_both(Word::kCast)},
    {"cchar", in_net(Word::kCast)},
    {"ccur", in_both(Word::kCast)},
    {"cdate", in_both(Word::kCast)},
    {"cdbl", in_both(Word::kCast)},
    {"cdec", in_net(Word::kCast)},
    {"cint", in_both(Word::kCast)},
    {"class", in_both(Word::kClass)},
    {"clng", in_both(Word::kCast)},
    {"cobj", in_net(Word::kCast)},
    {"const", in_both(Word::kConst)},
    {"continue", in_net(Word::kContinue)},
    {"csbyte", in_net(Word::kCast)},
    {"cshort", in_net(Word::kCast)},
    {"csng", in_both(Word::kCast)},
    {"cstr", in_both(Word::kCast)},
    {"ctype", in_net(Word::kCType)},
    {"cuint", in_net(Word::kCast)},
    {"culng", in_net(Word::kCast)},
    {"cushort", in_net(Word::kCast)},
    {"custom", in_net(Word::kCustom)},
    {"declare", in_net(Word::kDeclare)},
    {"default", in_both(Word::kDefault)},
    {"delegate", in_net(Word::kDelegate)},
    {"descending", in_net(Word::kDescending)},
    {"dim", in_both(Word::kDim)},
    {"directcast", in_net(Word::kDirectCast)},
    {"distinct", in_net(Word::kDistinct)},
    {"do", in_both(Word::kDo)},
    {"each", in_both(Word::kEach)},
    {"else", in_both(Word::kElse)},
    {"elseif", in_both(Word::kElseIf)},
    {"end", in_both(Word::kEnd)},
    {"endif", in_both(Word::kEndIf)},
    {"enum", in_net(Word::kEnum)},
    {"equals", in_net(Word::kEquals)},
    {"eqv", in_both(Word::kEqv)},
    {"erase", in_both(Word::kErase)},
    {"error", in_both(Word::kError)},
    {"event", in_net(Word::kEvent)},
    {"exit", in_both(Word::kExit)},
    {"finally", in_net(Word::kFinally)},
    {"for", in_both(Word::kFor)},
    {"friend", in_net(Word::kFriend)},
    {"from", in_net(Word::kFrom)},
    {"function", in_both(Word::kFunction)},
    {"get", in_both(Word::kGet)},
    {"gettype", in_net(Word::kGetType)},
    {"goto", in_both(Word::kGoTo)},
    {"group", in_net(Word::kGroup)},
    {"handles", in_net(Word::kHandles)},
    {"if", in_both(Word::kIf)},
    {"iif", in_both(Word::kIif)},
    {"imp", in_both(Word::kImp)},
    {"implements", in_net(Word::kImplements)},
    {"imports", in_net(Word::kImports)},
    {"in", in_both(Word::kIn)},
    {"inherits", in_net(Word::kInherits)},
    {"interface", in_net(Word::kInterface)},
    {"into", in_net(Word::kInto)},
    {"is", in_both(Word::kIs)},
    {"isnot", in_net(Word::kIsNot)},
    {"iterator", in_net(Word::kIterator)},
    {"join", in_net(Word::kJoin)},
    {"let", in_both(Word::kLet)},
    {"lib", in_net(Word::kLib)},
    {"like", in_both(Word::kLike)},
    {"loop", in_both(Word::kLoop)},
    {"mod", in_both(Word::kMod)},
    {"module", in_net(Word::kModule)},
    {"mustinherit", in_net(Word::kMustInherit)},
    {"mustoverride", in_net(Word::kMustOverride)},
    {"namespace", in_net(Word::kNamespace)},
    {"narrowing", in_net(Word::kNarrowing)},
    {"new", in_both(Word::kNew)},
    {"next", in_both(Word::kNext)},
    {"not", in_both(Word::kNot)},
    {"notinheritable", in_net(Word::kNotInheritable)},
    {"notoverridable", in_net(Word::kNotOverridable)},
    {"of", in_net(Word::kOf)},
    {"on", in_both(Word::kOn)},
    {"operator", in_net(Word::kOperator)},
    {"option", in_both(Word::kOption)},
    {"optional", in_both(Word::kOptional)},
    {"or", in_both(Word::kOr)},
    {"order", in_net(Word::kOrder)},
    {"orelse", in_net(Word::kOrElse)},
    {"overloads", in_net(Word::kOverloads)},
    {"overridable", in_net(Word::kOverridable)},
    {"overrides", in_net(Word::kOverrides)},
    {"paramarray", in_net(Word::kParamArray)},
    {"partial", in_net(Word::kPartial)},
    {"preserve", in_both(Word::kPreserve)},
    {"private", in_both(Word::kPrivate)},
    {"property", in_both(Word::kProperty)},
    {"protected", in_net(Word::kProtected)},
    {"public", in_both(Word::kPublic)},
    {"raiseevent", in_net(Word::kRaiseEvent)},
    {"readonly", in_net(Word::kReadOnly)},
    {"redim", in_both(Word::kReDim)},
    {"rem", in_both(Word::kRem)},
    {"removehandler", in_net(Word::kRemoveHandler)},
    {"return", in_net(Word::kReturn)},
    {"select", in_both(Word::kSelect)},
    {"set", in_both(Word::kSet)},
    {"shadows", in_net(Word::kShadows)},
    {"shared", in_net(Word::kShared)},
    {"skip", in_net(Word::kSkip)},
    {"static", in_net(Word::kStatic)},
    {"step", in_both(Word::kStep)},
    {"structure", in_net(Word::kStructure)},
    {"sub", in_both(Word::kSub)},
    {"synclock", in_net(Word::kSyncLock)},
    {"take", in_net(Word::kTake)},
    {"then", in_both(Word::kThen)},
    {"throw", in_net(Word::kThrow)},
    {"to", in_both(Word::kTo)},
    {"try", in_net(Word::kTry)},
    {"trycast", in_net(Word::kTryCast)},
    {"typeof", in_net(Word::kTypeOf)},
    {"until", in_both(Word::kUntil)},
    {"using", in_net(Word::kUsing)},
    {"wend", in_both(Word::kWend)},
    {"when", in_net(Word::kWhen)},
    {"where", in_net(Word::kWhere)},
    {"while", in_both(Word::kWhile)},
    {"widening", in_net(Word::kWidening)},
    {"with", in_both(Word::kWith)},
    {"withevents", in_net(Word::kWithEvents)},
    {"writeonly", in_net(Word::kWriteOnly)},
    {"xor", in_both(Word::kXor)},
    {"yield", in_net(Word::kYield)},
}});

constexpr std::size_t kCastsCount = 17;
using Casts = WordTable<std::string_view, kCastsCount, true>;
constexpr Casts kCasts(std::array<Casts::Entry, kCastsCount>{{
    // table of functions and types
    {"cbool", "Boolean"},
    {"cbyte", "Byte"},
    {"cchar", "Char"},
    {"ccur", "Currency"},
    {"cdate", "Date"},
    {"cdbl", "Double"},
    {"cdec", "Decimal"},
    {"cint", "Integer"},
    {"clng", "Long"},
    {"cobj", "Object"},
    {"csbyte", "SByte"},
    {"cshort", "Short"},
    {"csng", "Single"},
    {"cstr", "String"},
    {"cuint", "UInteger"},
    {"culng", "ULong"},
    {"cushort", "UShort"},
}});

}  // namespace

BasicWord basic_word(std::string_view name, Language language) {
  const Meaning* const meaning = kWords.find(name);
  if (meaning == nullptr) return Word::kNone;
  return meaning->is_net_only && language != Language::kVisualBasic ? Word::kNone : meaning->word;
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
  const std::string_view* const type = kCasts.find(name);
  return type == nullptr ? std::string_view() : *type;
}

}  // namespace pugmark::script
