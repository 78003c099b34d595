#include "detect/script/perl/perl_words.h"

#include <array>

#include "detect/script/word_table.h"

namespace pugmark::script {
namespace {

using Word = PerlWord;

constexpr std::size_t kWordsCount = 205;
using Words = WordTable<Word, kWordsCount, false>;

constexpr Words kWords(std::array<Words::Entry, kWordsCount>{{
    // table of words
    {"BEGIN", Word::kBegin},
    {"CHECK", Word::kBegin},
    {"END", Word::kBegin},
    {"INIT", Word::kBegin},
    {"UNITCHECK", Word::kBegin},
    {"__DATA__", Word::kEndOfCode},
    {"__END__", Word::kEndOfCode},
    {"__FILE__", Word::kNoArguments},
    {"__LINE__", Word::kNoArguments},
    {"__PACKAGE__", Word::kNoArguments},
    {"__SUB__", Word::kNoArguments},
    {"abs", Word::kUnaryOperator},
    {"accept", Word::kListOperator},
    {"alarm", Word::kUnaryOperator},
    {"and", Word::kAnd},
    {"atan2", Word::kListOperator},
    {"bind", Word::kListOperator},
    {"binmode", Word::kListOperator},
    {"bless", Word::kListOperator},
    {"break", Word::kNoArguments},
    {"caller", Word::kUnaryOperator},
    {"carp", Word::kListOperator},
    {"catch", Word::kCatch},
    {"chdir", Word::kUnaryOperator},
    {"chmod", Word::kListOperator},
    {"chomp", Word::kUnaryOperator},
    {"chop", Word::kUnaryOperator},
    {"chown", Word::kListOperator},
    {"chr", Word::kUnaryOperator},
    {"chroot", Word::kUnaryOperator},
    {"close", Word::kUnaryOperator},
    {"closedir", Word::kUnaryOperator},
    {"cluck", Word::kListOperator},
    {"cmp", Word::kEquality},
    {"confess", Word::kListOperator},
    {"connect", Word::kListOperator},
    {"continue", Word::kContinue},
    {"cos", Word::kUnaryOperator},
    {"croak", Word::kListOperator},
    {"crypt", Word::kListOperator},
    {"default", Word::kDefault},
    {"defined", Word::kUnaryOperator},
    {"delete", Word::kUnaryOperator},
    {"die", Word::kListOperator},
    {"do", Word::kDo},
    {"dump", Word::kLoopControl},
    {"each", Word::kUnaryOperator},
    {"else", Word::kElse},
    {"elsif", Word::kElsif},
    {"eof", Word::kUnaryOperator},
    {"eq", Word::kEquality},
    {"eval", Word::kEval},
    {"exec", Word::kListOperator},
    {"exists", Word::kUnaryOperator},
    {"exit", Word::kUnaryOperator},
    {"exp", Word::kUnaryOperator},
    {"fc", Word::kUnaryOperator},
    {"fcntl", Word::kListOperator},
    {"fileno", Word::kUnaryOperator},
    {"finally", Word::kFinally},
    {"flock", Word::kListOperator},
    {"for", Word::kFor},
    {"foreach", Word::kFor},
    {"fork", Word::kNoArguments},
    {"format", Word::kFormat},
    {"formline", Word::kListOperator},
    {"ge", Word::kComparison},
    {"getc", Word::kUnaryOperator},
    {"getppid", Word::kNoArguments},
    {"given", Word::kGiven},
    {"glob", Word::kListOperator},
    {"gmtime", Word::kUnaryOperator},
    {"goto", Word::kLoopControl},
    {"grep", Word::kMapping},
    {"gt", Word::kComparison},
    {"hex", Word::kUnaryOperator},
    {"if", Word::kIf},
    {"index", Word::kListOperator},
    {"int", Word::kUnaryOperator},
    {"ioctl", Word::kListOperator},
    {"isa", Word::kComparison},
    {"join", Word::kListOperator},
    {"keys", Word::kUnaryOperator},
    {"kill", Word::kListOperator},
    {"last", Word::kLoopControl},
    {"lc", Word::kUnaryOperator},
    {"lcfirst", Word::kUnaryOperator},
    {"le", Word::kComparison},
    {"length", Word::kUnaryOperator},
    {"link", Word::kListOperator},
    {"listen", Word::kListOperator},
    {"local", Word::kLocal},
    {"localtime", Word::kUnaryOperator},
    {"lock", Word::kUnaryOperator},
    {"log", Word::kUnaryOperator},
    {"lstat", Word::kUnaryOperator},
    {"lt", Word::kComparison},
    {"m", Word::kMatch},
    {"map", Word::kMapping},
    {"mkdir", Word::kListOperator},
    {"msgsnd", Word::kListOperator},
    {"my", Word::kMy},
    {"ne", Word::kEquality},
    {"new", Word::kNew},
    {"next", Word::kLoopControl},
    {"no", Word::kUse},
    {"not", Word::kNot},
    {"oct", Word::kUnaryOperator},
    {"open", Word::kListOperator},
    {"opendir", Word::kListOperator},
    {"or", Word::kOr},
    {"ord", Word::kUnaryOperator},
    {"our", Word::kMy},
    {"pack", Word::kListOperator},
    {"package", Word::kPackage},
    {"pipe", Word::kListOperator},
    {"pop", Word::kUnaryOperator},
    {"pos", Word::kUnaryOperator},
    {"print", Word::kPrint},
    {"printf", Word::kPrint},
    {"push", Word::kListOperator},
    {"q", Word::kQuote},
    {"qq", Word::kQuoteInterpolated},
    {"qr", Word::kQuoteRegex},
    {"quotemeta", Word::kUnaryOperator},
    {"qw", Word::kQuoteWords},
    {"qx", Word::kQuoteCommand},
    {"rand", Word::kUnaryOperator},
    {"read", Word::kListOperator},
    {"readdir", Word::kUnaryOperator},
    {"readline", Word::kUnaryOperator},
    {"readlink", Word::kUnaryOperator},
    {"recv", Word::kListOperator},
    {"redo", Word::kLoopControl},
    {"ref", Word::kUnaryOperator},
    {"rename", Word::kListOperator},
    {"require", Word::kRequire},
    {"reset", Word::kUnaryOperator},
    {"return", Word::kReturn},
    {"reverse", Word::kListOperator},
    {"rewinddir", Word::kUnaryOperator},
    {"rindex", Word::kListOperator},
    {"rmdir", Word::kUnaryOperator},
    {"s", Word::kSubstitute},
    {"say", Word::kPrint},
    {"scalar", Word::kUnaryOperator},
    {"seek", Word::kListOperator},
    {"select", Word::kListOperator},
    {"send", Word::kListOperator},
    {"setpgrp", Word::kListOperator},
    {"shift", Word::kUnaryOperator},
    {"shmread", Word::kListOperator},
    {"sin", Word::kUnaryOperator},
    {"sleep", Word::kUnaryOperator},
    {"socket", Word::kListOperator},
    {"sort", Word::kMapping},
    {"splice", Word::kListOperator},
    {"split", Word::kListOperator},
    {"sprintf", Word::kListOperator},
    {"sqrt", Word::kUnaryOperator},
    {"srand", Word::kUnaryOperator},
    {"stat", Word::kUnaryOperator},
    {"state", Word::kMy},
    {"study", Word::kUnaryOperator},
    {"sub", Word::kSub},
    {"substr", Word::kListOperator},
    {"symlink", Word::kListOperator},
    {"syscall", Word::kListOperator},
    {"sysopen", Word::kListOperator},
    {"sysread", Word::kListOperator},
    {"sysseek", Word::kListOperator},
    {"system", Word::kListOperator},
    {"syswrite", Word::kListOperator},
    {"tell", Word::kUnaryOperator},
    {"telldir", Word::kUnaryOperator},
    {"tie", Word::kListOperator},
    {"tied", Word::kUnaryOperator},
    {"time", Word::kNoArguments},
    {"times", Word::kNoArguments},
    {"tr", Word::kTransliterate},
    {"truncate", Word::kListOperator},
    {"try", Word::kTry},
    {"uc", Word::kUnaryOperator},
    {"ucfirst", Word::kUnaryOperator},
    {"umask", Word::kUnaryOperator},
    {"undef", Word::kUnaryOperator},
    {"unless", Word::kUnless},
    {"unlink", Word::kListOperator},
    {"unpack", Word::kListOperator},
    {"unshift", Word::kListOperator},
    {"untie", Word::kUnaryOperator},
    {"until", Word::kUntil},
    {"use", Word::kUse},
    {"utime", Word::kListOperator},
    {"values", Word::kUnaryOperator},
    {"vec", Word::kListOperator},
    {"wait", Word::kNoArguments},
    {"waitpid", Word::kListOperator},
    {"wantarray", Word::kNoArguments},
    {"warn", Word::kListOperator},
    {"when", Word::kWhen},
    {"while", Word::kWhile},
    {"x", Word::kX},
    {"xor", Word::kXor},
    {"y", Word::kTransliterate},
}});

}  // namespace

PerlWord perl_word(std::string_view name) {
  const Word* const word = kWords.find(name);
  return word == nullptr ? Word::kNone : *word;
}

bool precedes_perl_value(PerlWord word) {
  switch (word) {  // table of words
    case Word::kAnd:
    case Word::kComparison:
    case Word::kDo:
    case Word::kElse:
    case Word::kEquality:
    case Word::kEval:
    case Word::kIf:
    case Word::kElsif:
    case Word::kFor:
    case Word::kListOperator:
    case Word::kLocal:
    case Word::kMapping:
    case Word::kMy:
    case Word::kNot:
    case Word::kOr:
    case Word::kPrint:
    case Word::kRequire:
    case Word::kReturn:
    case Word::kUnless:
    case Word::kUntil:
    case Word::kUse:
    case Word::kWhen:
    case Word::kWhile:
    case Word::kX:
    case Word::kXor:
      return true;
    default:
      return false;
  }
}

}  // namespace pugmark::script
