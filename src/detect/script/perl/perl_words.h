#pragma once

#include <cstdint>
#include <string_view>

namespace pugmark::script {

// The words of Perl that are read in a way of their own. tokenise_perl() puts the number of a
// name's word into Token::op, unless it stands where it is a name: before "=>", behind "->", alone
// in the braces of an element.
enum class PerlWord : std::uint32_t {
  kNone,
  kAnd,
  kBegin,  // and the other blocks that are run by themselves
  kCatch,
  kComparison,  // lt, gt, le, ge, isa
  kContinue,
  kDefault,
  kDo,
  kElse,
  kElsif,
  kEndOfCode,  // __END__, __DATA__
  kEquality,   // eq, ne, cmp
  kEval,
  kFinally,
  kFor,  // and foreach
  kFormat,
  kGiven,
  kIf,
  kListOperator,  // takes all behind it
  kLocal,
  kLoopControl,  // last, next, redo, goto
  kMapping,      // map, grep, sort: may begin with a block
  kMatch,        // m
  kMy,           // our, state
  kNew,
  kNoArguments,  // time, wantarray, ...
  kNot,
  kOr,
  kPackage,
  kPrint,  // printf, say
  kQuote,  // q
  kQuoteInterpolated,
  kQuoteCommand,
  kQuoteRegex,
  kQuoteWords,
  kRequire,
  kReturn,
  kSub,
  kSubstitute,     // s
  kTransliterate,  // tr, y
  kTry,
  kUnaryOperator,  // takes one value behind it, or none
  kUnless,
  kUntil,
  kUse,  // no
  kWhen,
  kWhile,
  kX,
  kXor,
};

PerlWord perl_word(std::string_view name);

// True if a value, not an operator, stands behind the word.
bool precedes_perl_value(PerlWord word);

}  // namespace pugmark::script
