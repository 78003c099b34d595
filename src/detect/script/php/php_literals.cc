#include "detect/script/php/php_literals.h"

#include <algorithm>

#include "detect/script/php/php_characters.h"

namespace pugmark::script::php {

std::size_t end_of_single_quoted(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\'') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '\n' && text[at] != '\r') ++at;
  return at;
}

std::size_t end_of_block_comment(std::string_view text, std::size_t at) {
  const std::size_t end = text.find("*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

namespace {

// True if what stands behind "#[" is a name and then what may follow it in an attribute.
bool begins_attribute(std::string_view text, std::size_t at) {
  at = skip_class(text, at, kBlank);
  if (!is_of(byte_at(text, at), kNameStart) && byte_at(text, at) != '\\') return false;
  while (is_of(byte_at(text, at), kNamePart) || byte_at(text, at) == '\\') ++at;
  const char after = byte_at(text, skip_class(text, at, kBlank));
  return after == '(' || after == ']' || after == ',';
}

}  // namespace

std::size_t end_of_attribute(std::string_view text, std::size_t at) {
  if (byte_at(text, at + 1) != '[') return 0;
  text = text.substr(0, at + kAttributeBytesMax);
  if (!begins_attribute(text, at + 2)) return 0;
  std::size_t depth = 0;
  for (++at; at < text.size();) {
    const char c = text[at];
    if (c == '\'') {
      at = end_of_single_quoted(text, at);
    } else if (c == '"') {
      at = NestedScanner(text).end_of_quoted(at);
    } else if (c == '/' && byte_at(text, at + 1) == '/') {
      at = end_of_line(text, at);
    } else {
      if ((c == '[' || c == '(') && ++depth > kAttributeDepthMax) return 0;
      ++at;
      if ((c == ']' || c == ')') && --depth == 0) return c == ']' ? at : 0;
    }
  }
  return 0;
}

HeredocMark heredoc_mark(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) != "<<<") return {};
  at += 3;
  while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') ++at;
  const char quote = byte_at(text, at);
  const bool is_quoted = quote == '\'' || quote == '"';
  if (is_quoted) ++at;
  if (!is_of(byte_at(text, at), kNameStart)) return {};
  const std::size_t end = skip_class(text, at, kNamePart);
  HeredocMark mark{text.substr(at, end - at), quote == '\'', end};
  if (is_quoted && byte_at(text, mark.body) != quote) return {};
  if (is_quoted) ++mark.body;
  const bool is_return = byte_at(text, mark.body) == '\r';
  if (is_return) ++mark.body;
  if (byte_at(text, mark.body) == '\n') {
    ++mark.body;
  } else if (!is_return) {
    return {};
  }
  return mark;
}

bool closes_heredoc(std::string_view text, std::size_t at, std::string_view label,
                    HeredocEnd& end) {
  std::size_t from = at;
  while (from < text.size() && (text[from] == ' ' || text[from] == '\t')) ++from;
  if (text.substr(from, label.size()) != label) return false;
  if (is_of(byte_at(text, from + label.size()), kNamePart)) return false;
  end = {at, from + label.size()};
  return true;
}

HeredocEnd end_of_nowdoc(std::string_view text, const HeredocMark& mark) {
  HeredocEnd end{text.size(), text.size()};
  for (std::size_t at = mark.body; at < text.size();) {
    if (closes_heredoc(text, at, mark.label, end)) return end;
    at = end_of_line(text, at) + 1;
  }
  return end;
}

std::size_t NestedScanner::end_of_quoted(std::size_t at) { return run(at + 1, {text_[at], {}}); }

HeredocEnd NestedScanner::end_of_heredoc(const HeredocMark& mark) {
  heredoc_end_ = {text_.size(), text_.size()};
  if (closes_heredoc(text_, mark.body, mark.label, heredoc_end_)) {
    has_code_ = false;
    return heredoc_end_;
  }
  run(mark.body, {'<', mark.label});
  return heredoc_end_;
}

std::size_t NestedScanner::end_of_braces(std::size_t at) { return run(at, {'{', {}}); }

std::size_t NestedScanner::run(std::size_t at, const Level& first) {
  has_code_ = false;
  levels_[0] = first;
  depth_ = 1;
  while (depth_ > 0 && at < text_.size()) {
    const Level& level = levels_[depth_ - 1];
    at = level.kind == '{' ? step_in_code(at) : step_in_text(at, level);
  }
  return std::min(at, text_.size());
}

bool NestedScanner::push(const Level& level) {
  if (depth_ == kDepthMax) return false;
  levels_[depth_++] = level;
  return true;
}

// Passes over one thing in the code between the braces.
std::size_t NestedScanner::step_in_code(std::size_t at) {
  switch (text_[at]) {
    case '}':
      --depth_;
      return at + 1;
    case '{':
      push({'{', {}});
      return at + 1;
    case '"':
    case '`':
      push({text_[at], {}});
      return at + 1;
    case '\'':
      return end_of_single_quoted(text_, at);
    case '#':
      return end_of_line(text_, at);
    case '/':
      if (byte_at(text_, at + 1) == '/') return end_of_line(text_, at);
      if (byte_at(text_, at + 1) == '*') return end_of_block_comment(text_, at);
      return at + 1;
    case '<': {
      const HeredocMark mark = heredoc_mark(text_, at);
      if (mark.label.empty()) return at + 1;
      HeredocEnd end;
      if (mark.is_raw) return end_of_nowdoc(text_, mark).end;
      if (closes_heredoc(text_, mark.body, mark.label, end)) return end.end;
      return push({'<', mark.label}) ? mark.body : at + 1;
    }
    default:
      return at + 1;
  }
}

// Passes over text up to the next byte that may matter, and over what begins with it.
std::size_t NestedScanner::step_in_text(std::size_t at, const Level& level) {
  for (; at < text_.size(); ++at) {
    const char c = text_[at];
    if (c == '\\') {
      // Of a line break that is escaped only the backslash counts: the next line may be the last.
      if (level.kind != '<' || byte_at(text_, at + 1) != '\n') ++at;
    } else if (c == '$') {
      const char after = byte_at(text_, at + 1);
      if (depth_ == 1 && (after == '{' || is_of(after, kNameStart))) has_code_ = true;
      if (after == '{' && push({'{', {}})) return at + 2;
    } else if (c == '{' && byte_at(text_, at + 1) == '$') {
      const char after = byte_at(text_, at + 2);
      if (after != '$' && after != '{' && !is_of(after, kNameStart)) continue;
      if (depth_ == 1) has_code_ = true;
      if (push({'{', {}})) return at + 1;
    } else if (level.kind == '<' ? c == '\n' || c == '\r' : c == level.kind) {
      HeredocEnd end;
      if (level.kind == '<' && !closes_heredoc(text_, at + 1, level.label, end)) continue;
      if (level.kind == '<' && depth_ == 1) heredoc_end_ = end;
      --depth_;
      return level.kind == '<' ? end.end : at + 1;
    }
  }
  return at;
}

}  // namespace pugmark::script::php
