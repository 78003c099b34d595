#include "detect/script/braces/words.h"

#include <array>
#include <cstddef>

namespace pugmark::script::braces {
namespace {

enum : std::uint8_t { kSharp = 1, kJava = 2, kJs = 4, kCf = 8 };
constexpr std::uint8_t kAll = kSharp | kJava | kJs | kCf;

struct Entry {
  std::string_view name;
  Word word = Word::kNone;
  std::uint8_t languages = 0;
};

constexpr Entry kEntries[] = {
    {"if", Word::kIf, kAll},
    {"else", Word::kElse, kAll},
    {"elseif", Word::kElseIf, kCf},
    {"for", Word::kFor, kAll},
    {"foreach", Word::kForEach, kSharp},
    {"while", Word::kWhile, kAll},
    {"do", Word::kDo, kAll},
    {"switch", Word::kSwitch, kAll},
    {"case", Word::kCase, kAll},
    {"default", Word::kDefault, kAll},
    {"break", Word::kBreak, kAll},
    {"continue", Word::kContinue, kAll},
    {"return", Word::kReturn, kAll},
    {"goto", Word::kGoto, kSharp},
    {"throw", Word::kThrow, kAll},
    {"rethrow", Word::kRethrow, kCf},
    {"try", Word::kTry, kAll},
    {"catch", Word::kCatch, kAll},
    {"finally", Word::kFinally, kAll},
    {"using", Word::kUsing, kSharp},
    {"lock", Word::kLock, kSharp},
    {"synchronized", Word::kSynchronized, kJava},
    {"fixed", Word::kFixed, kSharp},
    {"unsafe", Word::kUnsafe, kSharp},
    {"checked", Word::kChecked, kSharp},
    {"unchecked", Word::kUnchecked, kSharp},
    {"with", Word::kWith, kSharp | kJs},
    {"yield", Word::kYield, kSharp | kJava | kJs},
    {"assert", Word::kAssert, kJava},
    {"debugger", Word::kDebugger, kJs},
    {"import", Word::kImport, kJava | kJs | kCf},
    {"include", Word::kInclude, kCf},
    {"param", Word::kParam, kCf},
    {"var", Word::kVar, kAll},
    {"let", Word::kLet, kSharp | kJs},
    {"const", Word::kConst, kSharp | kJs},
    {"function", Word::kFunction, kJs | kCf},
    {"class", Word::kClass, kSharp | kJava | kJs},
    {"struct", Word::kStruct, kSharp},
    {"interface", Word::kInterface, kAll},
    {"enum", Word::kEnum, kSharp | kJava | kJs},
    {"record", Word::kRecord, kSharp | kJava},
    {"component", Word::kComponent, kCf},
    {"namespace", Word::kNamespace, kSharp},
    {"package", Word::kPackage, kJava | kJs},
    {"delegate", Word::kDelegate, kSharp},
    {"event", Word::kEvent, kSharp},
    {"operator", Word::kOperator, kSharp},
    {"implicit", Word::kImplicit, kSharp},
    {"explicit", Word::kExplicit, kSharp},
    {"export", Word::kExport, kJs},
    {"extends", Word::kExtends, kJava | kJs},
    {"implements", Word::kImplements, kJava | kJs},
    {"throws", Word::kThrows, kJava},
    {"permits", Word::kPermits, kJava},
    {"where", Word::kWhere, kSharp},
    {"public", Word::kPublic, kAll},
    {"private", Word::kPrivate, kAll},
    {"protected", Word::kProtected, kSharp | kJava | kJs},
    {"internal", Word::kInternal, kSharp | kJs},
    {"static", Word::kStatic, kAll},
    {"final", Word::kFinal, kJava | kJs | kCf},
    {"abstract", Word::kAbstract, kAll},
    {"sealed", Word::kSealed, kSharp | kJava},
    {"virtual", Word::kVirtual, kSharp},
    {"override", Word::kOverride, kSharp | kJs},
    {"readonly", Word::kReadonly, kSharp},
    {"volatile", Word::kVolatile, kSharp | kJava},
    {"transient", Word::kTransient, kJava},
    {"native", Word::kNative, kJava},
    {"strictfp", Word::kStrictfp, kJava},
    {"extern", Word::kExtern, kSharp},
    {"partial", Word::kPartial, kSharp},
    {"async", Word::kAsync, kSharp | kJs},
    {"required", Word::kRequired, kSharp | kCf},
    {"scoped", Word::kScoped, kSharp},
    {"remote", Word::kRemote, kCf},
    {"hide", Word::kHide, kJs},
    {"expando", Word::kExpando, kJs},
    {"ref", Word::kRef, kSharp},
    {"out", Word::kOut, kSharp},
    {"params", Word::kParams, kSharp},
    {"new", Word::kNew, kAll},
    {"this", Word::kThis, kSharp | kJava | kJs},
    {"typeof", Word::kTypeof, kSharp | kJs},
    {"sizeof", Word::kSizeof, kSharp},
    {"stackalloc", Word::kStackalloc, kSharp},
    {"void", Word::kVoid, kJs},
    {"delete", Word::kDelete, kJs},
    {"await", Word::kAwait, kSharp | kJs},
    {"instanceof", Word::kInstanceof, kJava | kJs},
    {"is", Word::kIs, kSharp | kCf},
    {"as", Word::kAs, kSharp},
    {"in", Word::kIn, kSharp | kJs | kCf},
    {"of", Word::kOf, kJs},
    {"not", Word::kNot, kSharp | kCf},
    {"and", Word::kAnd, kSharp | kCf},
    {"or", Word::kOr, kSharp | kCf},
    {"from", Word::kFrom, kSharp},
    {"when", Word::kWhen, kSharp | kJava},
    {"join", Word::kJoin, kSharp},
    {"on", Word::kOn, kSharp},
    {"equals", Word::kEquals, kSharp},
    {"into", Word::kInto, kSharp},
    {"orderby", Word::kOrderBy, kSharp},
    {"select", Word::kSelect, kSharp},
    {"group", Word::kGroup, kSharp},
    {"by", Word::kBy, kSharp},
    {"ascending", Word::kAscending, kSharp},
    {"descending", Word::kDescending, kSharp},
    {"get", Word::kGet, kSharp | kJs},
    {"set", Word::kSet, kSharp | kJs},
    {"init", Word::kInit, kSharp},
    {"add", Word::kAdd, kSharp},
    {"remove", Word::kRemove, kSharp},
    {"eq", Word::kEq, kCf},
    {"equal", Word::kEq, kCf},
    {"neq", Word::kNeq, kCf},
    {"gt", Word::kGt, kCf},
    {"gte", Word::kGte, kCf},
    {"ge", Word::kGte, kCf},
    {"lt", Word::kLt, kCf},
    {"lte", Word::kLte, kCf},
    {"le", Word::kLte, kCf},
    {"contains", Word::kContains, kCf},
    {"does", Word::kDoes, kCf},
    {"greater", Word::kGreater, kCf},
    {"less", Word::kLess, kCf},
    {"mod", Word::kMod, kCf},
    {"xor", Word::kXor, kCf},
    {"eqv", Word::kEqv, kCf},
    {"imp", Word::kImp, kCf},
};

constexpr std::size_t kNameMax = 12;  // "synchronized"
constexpr std::size_t kTableSize = 512;
static_assert(std::size(kEntries) < kTableSize / 3);

constexpr std::size_t slot_of(std::string_view name) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
  return (at(0) * 29U + at(name.size() - 1) * 7U + at(name.size() / 2) * 113U + name.size() * 37U) %
         kTableSize;
}

// Open addressing; a slot holds the number of the entry, one based.
constexpr std::array<std::uint8_t, kTableSize> make_table() {
  std::array<std::uint8_t, kTableSize> table{};
  for (std::size_t i = 0; i < std::size(kEntries); ++i) {
    std::size_t slot = slot_of(kEntries[i].name);
    while (table[slot] != 0) slot = (slot + 1) % kTableSize;
    table[slot] = static_cast<std::uint8_t>(i + 1);
  }
  return table;
}
constexpr auto kTable = make_table();

Word look_up(std::string_view name, std::uint8_t language) {
  for (std::size_t slot = slot_of(name); kTable[slot] != 0; slot = (slot + 1) % kTableSize) {
    const Entry& entry = kEntries[kTable[slot] - 1];
    if (entry.name == name) return (entry.languages & language) != 0 ? entry.word : Word::kNone;
  }
  return Word::kNone;
}

}  // namespace

Word word_of(std::string_view name, Language language) {
  if (name.size() < 2 || name.size() > kNameMax) return Word::kNone;
  switch (language) {
    case Language::kCSharp:
      return look_up(name, kSharp);
    case Language::kJava:
      return look_up(name, kJava);
    case Language::kJScript:
      return look_up(name, kJs);
    default:
      break;
  }
  std::array<char, kNameMax> lower{};
  for (std::size_t i = 0; i < name.size(); ++i)
    lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + 32) : name[i];
  return look_up({lower.data(), name.size()}, kCf);
}

}  // namespace pugmark::script::braces
