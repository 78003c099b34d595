// Strings: their text, and the code in them.
#include <algorithm>

#include "detect/script/php/php_characters.h"
#include "detect/script/php/php_literals.h"
#include "detect/script/php/php_parser.h"

namespace pugmark::script::php {

struct Parser::TextShape {
  std::size_t begin = 0;  // of what is between the quotes
  std::size_t end = 0;
  Quoting quoting = Quoting::kNone;
  std::size_t indentation = 0;
};

Parser::TextShape Parser::shape_of(const Token& token) const {
  std::size_t begin = token.begin;
  const std::size_t end = begin + token.length;
  if (lower_ascii(text_[begin]) == 'b') ++begin;
  const char quote = text_[begin];
  if (quote == '<') return heredoc_shape(begin, end);
  TextShape shape{begin + 1, end, Quoting::kDouble, 0};
  if (quote == '\'') shape.quoting = Quoting::kSingle;
  if (quote == '`') shape.quoting = Quoting::kCommand;
  if (end > shape.begin && text_[end - 1] == quote) --shape.end;
  return shape;
}

Parser::TextShape Parser::heredoc_shape(std::size_t begin, std::size_t end) const {
  const HeredocMark mark = heredoc_mark(text_.substr(0, end), begin);
  TextShape shape{mark.body, end, mark.is_raw ? Quoting::kNone : Quoting::kHeredoc, 0};
  if (end - mark.body < mark.label.size()) return shape;
  const std::size_t label = end - mark.label.size();
  if (text_.substr(label, mark.label.size()) != mark.label) return shape;
  std::size_t line = label;
  while (line > mark.body && (text_[line - 1] == ' ' || text_[line - 1] == '\t')) --line;
  const char before = text_[line - 1];
  if (line != mark.body && before != '\n' && before != '\r') return shape;
  shape.indentation = label - line;
  shape.end = line;
  if (line == mark.body) return shape;
  --shape.end;  // the line break before the closing mark is no part of the text
  if (before == '\n' && shape.end > mark.body && text_[shape.end - 1] == '\r') --shape.end;
  return shape;
}

NodeId Parser::text_constant() {
  const TextShape shape = shape_of(token());
  const std::uint32_t begin = here();
  advance();
  const NodeId id = finish(node(NodeKind::kText, begin));
  const std::string_view raw = text_.substr(shape.begin, shape.end - shape.begin);
  if (is_plain(raw, shape.quoting, shape.indentation)) {
    tree_.set_text(id, raw);
  } else if (id != kNoNode) {
    scratch_.clear();
    unescape(raw, shape.quoting, shape.indentation, true, scratch_);
    tree_.set_text(id, tree_.keep(scratch_));
  }
  return id;
}

NodeId Parser::template_string(NodeKind node_kind) {
  const TextShape shape = shape_of(token());
  List list{node(node_kind, here())};
  advance();
  finish(list.parent);
  pieces(list, shape);
  return list.parent;
}

void Parser::pieces(List& list, const TextShape& shape) {
  NestedScanner nested(text_.substr(0, shape.end));
  std::size_t done = shape.begin;
  for (std::size_t at = shape.begin; at < shape.end;) {
    const char c = text_[at];
    const char after = at + 1 < shape.end ? text_[at + 1] : '\0';
    const bool is_code =
        c == '{' && after == '$' && at + 2 < shape.end &&
        (text_[at + 2] == '$' || text_[at + 2] == '{' || is_of(text_[at + 2], kNameStart));
    const bool is_braced = c == '$' && after == '{';
    const bool is_simple = c == '$' && is_of(after, kNameStart);
    if (!is_code && !is_braced && !is_simple) {
      at += c == '\\' && at + 1 < shape.end ? 2 : 1;
      continue;
    }
    piece(list, done, at, shape);
    if (is_simple) {
      done = at = simple_variable(list, at, shape.end);
      continue;
    }
    const std::size_t inside = at + (is_code ? 1 : 2);
    const std::size_t end = nested.end_of_braces(inside);
    const std::size_t inside_end = end > inside && text_[end - 1] == '}' ? end - 1 : end;
    if (is_code) {
      append(list, code_inside(inside, inside_end));
    } else {
      braced_name(list, inside, inside_end);
    }
    done = at = end;
  }
  piece(list, done, shape.end, shape);
}

// The text between two pieces of code, if there is any.
void Parser::piece(List& list, std::size_t begin, std::size_t end, const TextShape& shape) {
  if (begin >= end) return;
  std::string_view text = text_.substr(begin, end - begin);
  if (!is_plain(text, shape.quoting, shape.indentation)) {
    scratch_.clear();
    unescape(text, shape.quoting, shape.indentation, begin == shape.begin, scratch_);
    if (scratch_.empty()) return;  // nothing but indentation
    text = tree_.keep(scratch_);
  }
  const NodeId id = node_at(NodeKind::kText, begin, end);
  tree_.set_text(id, text);
  append(list, id);
}

// "$a", "$a[0]", "$a[x]", "$a[$b]", "$a->b": one step and no more.
std::size_t Parser::simple_variable(List& list, std::size_t begin, std::size_t end) {
  const std::string_view text = text_.substr(0, end);
  std::size_t at = skip_class(text, begin + 1, kNamePart);
  const NodeId variable = node_at(NodeKind::kVariable, begin, at);
  set_name(variable, text.substr(begin + 1, at - begin - 1));
  if (byte_at(text, at) == '[') {
    append(list, simple_index(variable, begin, at, end));
    return at;
  }
  const std::size_t arrow = byte_at(text, at) == '?' ? at + 1 : at;
  if (text.substr(arrow, 2) != "->" || !is_of(byte_at(text, arrow + 2), kNameStart)) {
    append(list, variable);
    return at;
  }
  at = skip_class(text, arrow + 2, kNamePart);
  List member{node_at(NodeKind::kMember, begin, at)};
  set_name(member.parent, text.substr(arrow + 2, at - arrow - 2));
  append(member, variable);
  append(list, member.parent);
  return at;
}

// `at` is the bracket, and then where the text goes on. The object alone if it is no index.
NodeId Parser::simple_index(NodeId object, std::size_t begin, std::size_t& at, std::size_t end) {
  const std::string_view text = text_.substr(0, end);
  const std::size_t from = at + 1;
  const bool is_variable = byte_at(text, from) == '$';
  const bool is_signed = byte_at(text, from) == '-';
  const std::size_t name = from + (is_variable || is_signed ? 1U : 0U);
  const std::size_t to = skip_class(text, name, kNamePart);
  if (to == name || byte_at(text, to) != ']') return object;
  const bool is_number = is_signed || is_of(text[name], kDigit);
  NodeKind index_kind = is_number ? NodeKind::kNumber : NodeKind::kText;
  if (is_variable) index_kind = NodeKind::kVariable;
  const NodeId inner = node_at(index_kind, from, to);
  if (is_variable) {
    set_name(inner, text.substr(name, to - name));
  } else {
    tree_.set_text(inner, text.substr(from, to - from));
  }
  at = to + 1;
  List list{node_at(NodeKind::kIndex, begin, at)};
  append(list, object);
  append(list, inner);
  return list.parent;
}

// What is inside "${...}": a name, a name with an index, or an expression that gives the name.
void Parser::braced_name(List& list, std::size_t begin, std::size_t end) {
  const std::string_view text = text_.substr(0, end);
  const std::size_t name_end = skip_class(text, begin, kNamePart);
  const bool has_index = byte_at(text, name_end) == '[' && text[end - 1] == ']';
  if (name_end == begin || is_of(text[begin], kDigit) || (name_end != end && !has_index)) {
    List dynamic{node_at(NodeKind::kDynamicVariable, begin, end)};
    append(dynamic, code_inside(begin, end));
    append(list, dynamic.parent);
    return;
  }
  const NodeId variable = node_at(NodeKind::kVariable, begin, name_end);
  set_name(variable, text.substr(begin, name_end - begin));
  if (!has_index) {
    append(list, variable);
    return;
  }
  List index{node_at(NodeKind::kIndex, begin, end)};
  append(index, variable);
  append(index, code_inside(name_end + 1, std::max(name_end + 1, end - 1)));
  append(list, index.parent);
}

// The expression in a part of the text, which is tokenised for it alone.
NodeId Parser::code_inside(std::size_t begin, std::size_t end) {
  if (template_depth_ == kTemplateDepthMax) {
    ++outcome_.too_deep_count;
    return node_at(NodeKind::kEmpty, begin, end);
  }
  const Region region{Region::Kind::kCode, Language::kPhp, static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(end - begin)};
  const std::span<const Region> regions(&region, 1);
  std::vector<Token>& tokens = template_tokens_[template_depth_];
  tokenise_php(text_, regions, bounds_.tokens_max, tokens);
  const Cursor outside = cursor_;
  cursor_ = Cursor(text_, tokens, regions);
  ++template_depth_;
  const NodeId id = expression();
  while (!is_end()) {
    if (!is_op(kCodeEnds)) ++outcome_.skipped_tokens;
    advance();
  }
  --template_depth_;
  if (tokens.back().begin < text_.size()) ++outcome_.skipped_tokens;  // there were too many
  cursor_ = outside;
  if (has_stopped_) cursor_.stop();
  return id;
}

}  // namespace pugmark::script::php
