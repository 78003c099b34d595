#pragma once

#include <cstdint>
#include <string_view>

namespace pugmark::script {

// The words of Python that a name cannot be, in version 3, and a few that have a meaning in some
// places. tokenise_python() puts the number of a name's word into Token::op.
enum class PythonWord : std::uint32_t {
  kNone,
  kAnd,
  kAs,
  kAssert,
  kAsync,
  kAwait,
  kBreak,
  kCase,
  kClass,
  kContinue,
  kDef,
  kDel,
  kElif,
  kElse,
  kExcept,
  kExec,
  kFinally,
  kFor,
  kFrom,
  kGlobal,
  kIf,
  kImport,
  kIn,
  kIs,
  kLambda,
  kMatch,
  kNonlocal,
  kNot,
  kOr,
  kPass,
  kPrint,
  kRaise,
  kReturn,
  kTry,
  kType,
  kWhile,
  kWith,
  kYield,
};

PythonWord python_word(std::string_view name);

// True if a statement begins with the word, whatever stands before it.
bool begins_python_statement(PythonWord word);

}  // namespace pugmark::script
