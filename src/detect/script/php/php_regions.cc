// Which parts of a file PHP executes: see find_php_regions() in page.h.
//
// What follows __halt_compiler(); is in no region: it is neither run nor sent.

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "detect/script/page.h"
#include "detect/script/php/php_characters.h"
#include "detect/script/php/php_literals.h"

namespace pugmark::script {
namespace {

using namespace php;  // the characters and literals of this folder

// How code was opened: it may decide what closes it.
enum class Opening : std::uint8_t {
  kNone,     // the text is code from its beginning
  kLong,     // <?php, <?=
  kShort,    // <?
  kElement,  // <script language="php">
  kAsp,      // <% and <%=, which PHP before 7 took if told to
};

struct OpenMark {
  Opening opening = Opening::kNone;
  bool is_expression = false;
  std::size_t begin = std::string_view::npos;  // npos: there is none
  std::size_t end = 0;
};

// "<? word" is an instruction to somebody else: XML, Office, packets in pictures.
constexpr std::array<std::string_view, 6> kOtherInstructions = {"xml",    "xpacket", "mso-",
                                                                "import", "adobe",   "oxygen"};

// Bytes looked at behind "<?" to tell code from a picture or an archive in which it stands by
// chance.
constexpr std::size_t kCodeBytesSeen = 32;

bool looks_like_code(std::string_view text, std::size_t at) {
  for (const std::string_view word : kOtherInstructions)
    if (has_word_at(text, at, word)) return false;
  const std::string_view seen = text.substr(at, kCodeBytesSeen);
  for (const char c : seen.substr(0, seen.find("?>"))) {
    if (static_cast<unsigned char>(c) < 0x20U && !is_of(c, kBlank)) return false;
  }
  return true;
}

// True if "<?php" stands there and ends there.
bool is_long_mark(std::string_view text, std::size_t at) {
  return has_word_at(text, at, "<?php") && !is_of(byte_at(text, at + 5), kNamePart);
}

OpenMark question_mark(std::string_view text, std::size_t at) {
  if (is_long_mark(text, at)) return {Opening::kLong, false, at, at + 5};
  if (byte_at(text, at + 2) == '=') return {Opening::kLong, true, at, at + 3};
  if (looks_like_code(text, at + 2)) return {Opening::kShort, false, at, at + 2};
  return {};
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return skip_class(text, at, kBlank);
}

// <script language="php">, the quotes being optional and no other attribute allowed.
OpenMark script_mark(std::string_view text, std::size_t begin) {
  if (!has_word_at(text, begin, "<script")) return {};
  std::size_t at = skip_blanks(text, begin + 7);
  if (at == begin + 7 || !has_word_at(text, at, "language")) return {};
  at = skip_blanks(text, at + 8);
  if (byte_at(text, at) != '=') return {};
  at = skip_blanks(text, at + 1);
  const char quote = byte_at(text, at);
  const bool is_quoted = quote == '"' || quote == '\'';
  if (is_quoted) ++at;
  if (!has_word_at(text, at, "php")) return {};
  at += 3;
  if (is_quoted && byte_at(text, at) != quote) return {};
  at = skip_blanks(text, at + (is_quoted ? 1 : 0));
  if (byte_at(text, at) != '>') return {};
  return {Opening::kElement, false, begin, at + 1};
}

OpenMark next_mark(std::string_view text, std::size_t at, bool wants_asp) {
  for (; at < text.size(); ++at) {
    const void* const found = std::memchr(text.data() + at, '<', text.size() - at);
    if (found == nullptr) return {};
    at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    const char after = byte_at(text, at + 1);
    OpenMark mark;
    if (wants_asp) {
      if (after != '%' || byte_at(text, at + 2) == '@') continue;
      const bool is_expression = byte_at(text, at + 2) == '=';
      mark = {Opening::kAsp, is_expression, at, at + (is_expression ? 3U : 2U)};
    } else if (after == '?') {
      mark = question_mark(text, at);
    } else if (after == 's' || after == 'S') {
      mark = script_mark(text, at);
    }
    if (mark.begin != std::string_view::npos) return mark;
  }
  return {};
}

struct CodeEnd {
  std::size_t end = 0;        // where the code ends
  std::size_t next = 0;       // where the page goes on
  bool has_new_mark = false;  // ended by an opening mark, as no code that works can be
  bool is_halted = false;     // by __halt_compiler
};

// Finds where the code that begins at one place ends.
class CodeScanner {
 public:
  CodeScanner(std::string_view text, Opening opening)
      : text_(text), nested_(text), opening_(opening) {}

  CodeEnd scan(std::size_t at);

 private:
  bool closes_at(std::size_t at);
  bool is_halt_at(std::size_t at) const;
  std::size_t end_of_comment(std::size_t at);
  std::size_t step(std::size_t at);
  void close(std::size_t at, std::size_t mark_bytes);

  std::string_view text_;
  NestedScanner nested_;
  Opening opening_;
  CodeEnd end_;
  bool is_closed_ = false;
};

// Bytes at which something may begin that is not plain code.
constexpr std::array<bool, 256> kMayMatter = [] {
  std::array<bool, 256> matters{};
  for (const char c : {'\'', '"', '`', '#', '/', '<', '?', '%', '_'})
    matters[static_cast<unsigned char>(c)] = true;
  return matters;
}();

CodeEnd CodeScanner::scan(std::size_t at) {
  end_ = {text_.size(), text_.size()};
  while (at < text_.size() && !is_closed_) {
    if (!kMayMatter[static_cast<unsigned char>(text_[at])]) {
      ++at;
    } else if (!closes_at(at)) {
      at = step(at);
    }
  }
  return end_;
}

void CodeScanner::close(std::size_t at, std::size_t mark_bytes) {
  is_closed_ = true;
  std::size_t next = at + mark_bytes;
  if (mark_bytes > 0) {  // one line break behind the mark belongs to it
    if (byte_at(text_, next) == '\r' && byte_at(text_, next + 1) == '\n') ++next;
    if (byte_at(text_, next) == '\n') ++next;
  }
  end_.end = at;
  end_.next = next;
}

bool CodeScanner::closes_at(std::size_t at) {
  const char c = text_[at];
  const char after = byte_at(text_, at + 1);
  if (c == '?' && after == '>') {
    close(at, 2);
  } else if (c == '%' && after == '>' && opening_ == Opening::kAsp) {
    close(at, 2);
  } else if (c == '<' && after == '/' && opening_ == Opening::kElement &&
             has_word_at(text_, at, "</script")) {
    const std::size_t end = skip_blanks(text_, at + 8);
    if (byte_at(text_, end) == '>') close(at, end + 1 - at);
  } else if (c == '<' && after == '?' && is_long_mark(text_, at)) {
    close(at, 0);
    end_.has_new_mark = true;
  } else if (c == '_' && is_halt_at(at)) {
    // "(", ")", and then ";" or the closing mark.
    const std::size_t semicolon = std::min(text_.find(';', at), text_.size() - 1);
    const std::size_t mark = std::min(text_.find("?>", at), text_.size());
    close(std::min(semicolon + 1, mark), 0);
    end_.is_halted = true;
  }
  return is_closed_;
}

bool CodeScanner::is_halt_at(std::size_t at) const {
  constexpr std::string_view kHalt = "__halt_compiler";
  if (!has_word_at(text_, at, kHalt)) return false;
  if (is_of(byte_at(text_, at + kHalt.size()), kNamePart)) return false;
  if (at == 0) return true;
  const char before = text_[at - 1];
  return !is_of(before, kNamePart) && before != '$' && before != '>' && before != ':';
}

// A comment that ends with its line ends before a closing mark as well.
std::size_t CodeScanner::end_of_comment(std::size_t at) {
  for (; at < text_.size() && text_[at] != '\n' && text_[at] != '\r'; ++at) {
    const char c = text_[at];
    if (c == '?' && byte_at(text_, at + 1) == '>') break;
    if (c == '%' && opening_ == Opening::kAsp && byte_at(text_, at + 1) == '>') break;
  }
  return at;
}

std::size_t CodeScanner::step(std::size_t at) {
  switch (text_[at]) {
    case '\'':
      return end_of_single_quoted(text_, at);
    case '"':
    case '`':
      return nested_.end_of_quoted(at);
    case '#': {
      const std::size_t end = end_of_attribute(text_, at);
      return end != 0 ? end : end_of_comment(at);
    }
    case '/':
      if (byte_at(text_, at + 1) == '/') return end_of_comment(at);
      if (byte_at(text_, at + 1) == '*') return end_of_block_comment(text_, at);
      return at + 1;
    case '<': {
      const HeredocMark mark = heredoc_mark(text_, at);
      if (mark.label.empty()) return at + 1;
      if (mark.is_raw) return end_of_nowdoc(text_, mark).end;
      return nested_.end_of_heredoc(mark).end;
    }
    default:
      return at + 1;
  }
}

void add_region(Region::Kind kind, std::size_t begin, std::size_t end,
                std::vector<Region>& regions) {
  if (begin >= end) return;
  regions.push_back({kind, Language::kPhp, static_cast<std::uint32_t>(begin),
                     static_cast<std::uint32_t>(end - begin)});
}

// True if there was an opening mark, or none was needed.
bool find_regions(std::string_view text, bool begins_in_code, bool wants_asp,
                  std::vector<Region>& regions) {
  bool has_code = begins_in_code;
  std::size_t markup = 0;
  OpenMark mark;
  if (begins_in_code) mark.begin = 0;
  if (!begins_in_code) mark = next_mark(text, 0, wants_asp);
  while (mark.begin != std::string_view::npos) {
    has_code = true;
    const CodeEnd code = CodeScanner(text, mark.opening).scan(mark.end);
    // Behind "<?" may also stand something that only looks like code, up to where code is opened
    // for certain: what would be run if PHP were told to know no short marks.
    const bool is_markup = code.has_new_mark && mark.opening == Opening::kShort;
    if (!is_markup) {
      add_region(Region::Kind::kMarkup, markup, mark.begin, regions);
      add_region(mark.is_expression ? Region::Kind::kExpression : Region::Kind::kCode, mark.end,
                 code.end, regions);
      markup = code.next;
    }
    if (code.is_halted) return true;
    mark = next_mark(text, code.next, wants_asp);
  }
  add_region(Region::Kind::kMarkup, markup, text.size(), regions);
  return has_code;
}

}  // namespace

void find_php_regions(std::string_view text, bool begins_in_code, std::vector<Region>& regions) {
  text = text.substr(0, std::numeric_limits<std::uint32_t>::max());
  regions.clear();
  if (find_regions(text, begins_in_code, false, regions)) return;
  regions.clear();
  find_regions(text, begins_in_code, true, regions);
}

}  // namespace pugmark::script
