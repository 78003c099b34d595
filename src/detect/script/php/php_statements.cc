#include "detect/script/php/php_characters.h"
#include "detect/script/php/php_parser.h"
#include "detect/script/php/php_scopes.h"

namespace pugmark::script::php {

void Parser::statement() {
  const Depth depth(*this);
  const std::uint64_t steps = cursor_.steps();
  if (depth.is_too_deep()) {
    too_deep_statement();
  } else if (is_kind(TokenKind::kMarkup)) {
    markup();
  } else if (is_op(op(";")) || is_op(kCodeEnds)) {
    advance();
  } else if (is_op(kEchoBegins)) {
    echo();
  } else if (is_op(op("{"))) {
    append(*statements_, braces());
  } else if (is_kind(TokenKind::kName) && cursor_.has_ahead(1, op(":"))) {
    label();
  } else if (!is_kind(TokenKind::kName) || !keyword_statement()) {
    expression_statement();
  }
  if (cursor_.steps() == steps) skip_token();
}

// False if the name here begins no statement of its own.
bool Parser::keyword_statement() {
  switch (keyword()) {
    case Keyword::kNone:
      return false;
    case Keyword::kBreak:
    case Keyword::kContinue:
      leave_statement();
      return true;
    case Keyword::kDo:
      do_statement();
      return true;
    case Keyword::kEcho:
      echo();
      return true;
    case Keyword::kFor:
      for_statement();
      return true;
    case Keyword::kForEach:
      foreach_statement();
      return true;
    case Keyword::kGoto:
      if (cursor_.ahead(1).kind != TokenKind::kName) return false;  // before PHP 5.3 a function
      goto_statement();
      return true;
    case Keyword::kIf:
      if_statement();
      return true;
    case Keyword::kReturn:
      return_statement();
      return true;
    case Keyword::kSwitch:
      switch_statement();
      return true;
    case Keyword::kTry:
      try_statement();
      return true;
    case Keyword::kWhile:
      while_statement();
      return true;
    default:
      return declaring_statement();
  }
}

bool Parser::declaring_statement() {
  const Token& next = cursor_.ahead(1);
  const bool is_name_next = next.kind == TokenKind::kName;
  switch (keyword()) {
    case Keyword::kAbstract:
    case Keyword::kFinal:
    case Keyword::kClass:
    case Keyword::kInterface:
    case Keyword::kTrait:
    case Keyword::kEnum:
    case Keyword::kReadonly:
      if (!is_name_next) return false;
      class_statement();
      return true;
    case Keyword::kPrivate:
    case Keyword::kProtected:
    case Keyword::kPublic:
    case Keyword::kVar:
      class_statement();
      return true;
    case Keyword::kConst: {
      const std::uint32_t begin = here();
      advance();
      constants(*statements_, begin);
      return true;
    }
    case Keyword::kDeclare:
      declare_statement();
      return true;
    case Keyword::kFunction: {
      const bool is_named = is_name_next || (cursor_.has_ahead(1, op("&")) &&
                                             cursor_.ahead(2).kind == TokenKind::kName);
      if (!is_named) return false;
      const std::uint32_t begin = here();
      advance();
      append(*statements_, function(begin));
      return true;
    }
    case Keyword::kGlobal:
    case Keyword::kStatic:
      if (is_keyword(Keyword::kStatic) && next.kind != TokenKind::kVariable) return false;
      variables_statement(keyword());
      return true;
    case Keyword::kHaltCompiler:
      advance();
      if (is_op(op("("))) pass_brackets();
      end_statement();
      return true;
    case Keyword::kNamespace:
      namespace_statement();
      return true;
    case Keyword::kUse:
      use_statement();
      return true;
    default:
      return false;
  }
}

void Parser::markup() {
  List list{node(NodeKind::kEcho, here())};
  const NodeId text = node_at(NodeKind::kText, here(), here() + token().length);
  tree_.set_text(text, token_text());
  append(list, text);
  advance();
  append(*statements_, finish(list.parent));
}

// echo a, b; and what <?= ?> holds.
void Parser::echo() {
  List list{node(NodeKind::kEcho, here())};
  advance();
  if (!ends_list()) {
    do {
      append(list, expression());
    } while (accept(op(",")));
  }
  append(*statements_, finish(list.parent));
  end_statement();
}

void Parser::expression_statement() {
  const std::uint64_t steps = cursor_.steps();
  const NodeId id = expression();
  if (cursor_.steps() == steps) return;
  append(*statements_, id);
  end_statement();
}

void Parser::return_statement() {
  List list{node(NodeKind::kReturn, here())};
  advance();
  if (!ends_list()) append(list, expression());
  append(*statements_, finish(list.parent));
  end_statement();
}

void Parser::leave_statement() {
  const bool is_break = is_keyword(Keyword::kBreak);
  const NodeId id = node(is_break ? NodeKind::kBreak : NodeKind::kContinue, here());
  advance();
  append(*statements_, finish(id));
  if (!ends_list()) expression();  // how many loops: a number
  end_statement();
}

void Parser::goto_statement() {
  const NodeId id = node(NodeKind::kDirective, here());
  set_name(id, "goto");
  advance();
  if (is_kind(TokenKind::kName)) {
    set_type(id, tree_.symbols().of(token_text()));
    advance();
  }
  append(*statements_, finish(id));
  end_statement();
}

void Parser::label() {
  const NodeId id = node(NodeKind::kDirective, here());
  set_name(id, "label");
  set_type(id, tree_.symbols().of(token_text()));
  advance();
  advance();
  append(*statements_, finish(id));
  ++labels_count_;
}

void Parser::declare_statement() {
  advance();
  if (is_op(op("("))) pass_brackets();
  if (accept(op(";"))) return;
  bool is_alternative = false;
  append(*statements_, body(is_alternative));
  if (is_alternative) end_alternative(Keyword::kEndDeclare);
}

void Parser::namespace_statement() {
  advance();
  if (is_kind(TokenKind::kName)) advance();
  if (is_op(op("{"))) {
    append(*statements_, braces());
  } else {
    end_statement();
  }
}

// use A\B as C, function d; use A\{B, const E};
void Parser::use_statement() {
  advance();
  std::uint32_t kind_op = 0;
  if (accept(Keyword::kFunction)) kind_op = op("function");
  if (accept(Keyword::kConst)) kind_op = op("const");
  use_clauses(kind_op, {});
  end_statement();
}

void Parser::use_clauses(std::uint32_t kind_op, std::string_view prefix) {
  do {
    if (!is_kind(TokenKind::kName)) break;
    const std::string_view name = name_here();
    const bool is_group = prefix.empty() && cursor_.has_ahead(1, op("\\"));
    if (!is_group) {
      use_clause(kind_op, prefix);
      continue;
    }
    advance();
    advance();
    if (!accept(op("{"))) break;
    use_clauses(kind_op, name);
    close_bracket(op("}"));
  } while (accept(op(",")));
}

void Parser::use_clause(std::uint32_t kind_op, std::string_view prefix) {
  const NodeId id = node(NodeKind::kImport, here());
  if (accept(Keyword::kFunction)) kind_op = op("function");
  if (accept(Keyword::kConst)) kind_op = op("const");
  set_op(id, kind_op);
  scratch_ = prefix;
  if (!prefix.empty()) scratch_ += '\\';
  scratch_ += name_here();
  set_name(id, scratch_);
  advance();
  if (accept(Keyword::kAs) && is_kind(TokenKind::kName)) {
    set_type(id, tree_.symbols().of(token_text()));
    advance();
  }
  append(*statements_, finish(id));
}

// global $a, $$b; static $c = 1;
void Parser::variables_statement(Keyword word) {
  std::uint32_t begin = here();
  advance();
  do {
    if (is_kind(TokenKind::kVariable)) {
      const NodeId id = node(NodeKind::kDeclare, begin);
      set_name(id, name_here());
      set_type(id, tree_.symbols().of(to_string(word)));
      advance();
      append(*statements_, declared(id));
    } else {
      append(*statements_, expression());
    }
    begin = here();
  } while (accept(op(",")));
  end_statement();
}

// A class, or a member that has lost its class: pieces of code are looked at as well.
void Parser::class_statement() {
  const std::uint32_t begin = here();
  bool is_static = false;
  pass_modifiers(is_static);
  switch (keyword()) {
    case Keyword::kClass:
    case Keyword::kEnum:
    case Keyword::kInterface:
    case Keyword::kTrait:
      append(*statements_, class_declaration(begin));
      return;
    default:
      member_behind_modifiers(*statements_, begin, is_static);
  }
}

}  // namespace pugmark::script::php
