#include "detect/script/python/python_words.h"

#include <array>

#include "detect/script/word_table.h"

namespace pugmark::script {
namespace {

using Word = PythonWord;

constexpr std::size_t kWordsCount = 37;
using Words = WordTable<Word, kWordsCount, false>;

constexpr Words kWords(std::array<Words::Entry, kWordsCount>{{
    // table of words
    {"and", Word::kAnd},
    {"as", Word::kAs},
    {"assert", Word::kAssert},
    {"async", Word::kAsync},
    {"await", Word::kAwait},
    {"break", Word::kBreak},
    {"case", Word::kCase},
    {"class", Word::kClass},
    {"continue", Word::kContinue},
    {"def", Word::kDef},
    {"del", Word::kDel},
    {"elif", Word::kElif},
    {"else", Word::kElse},
    {"except", Word::kExcept},
    {"exec", Word::kExec},
    {"finally", Word::kFinally},
    {"for", Word::kFor},
    {"from", Word::kFrom},
    {"global", Word::kGlobal},
    {"if", Word::kIf},
    {"import", Word::kImport},
    {"in", Word::kIn},
    {"is", Word::kIs},
    {"lambda", Word::kLambda},
    {"match", Word::kMatch},
    {"nonlocal", Word::kNonlocal},
    {"not", Word::kNot},
    {"or", Word::kOr},
    {"pass", Word::kPass},
    {"print", Word::kPrint},
    {"raise", Word::kRaise},
    {"return", Word::kReturn},
    {"try", Word::kTry},
    {"type", Word::kType},
    {"while", Word::kWhile},
    {"with", Word::kWith},
    {"yield", Word::kYield},
}});

}  // namespace

PythonWord python_word(std::string_view name) {
  const Word* const word = kWords.find(name);
  return word == nullptr ? Word::kNone : *word;
}

bool begins_python_statement(PythonWord word) {
  switch (word) {  // table of words
    case Word::kAssert:
    case Word::kBreak:
    case Word::kClass:
    case Word::kContinue:
    case Word::kDef:
    case Word::kDel:
    case Word::kElif:
    case Word::kExcept:
    case Word::kFinally:
    case Word::kGlobal:
    case Word::kImport:
    case Word::kNonlocal:
    case Word::kPass:
    case Word::kRaise:
    case Word::kReturn:
    case Word::kTry:
    case Word::kWhile:
      return true;
    default:
      return false;
  }
}

}  // namespace pugmark::script
