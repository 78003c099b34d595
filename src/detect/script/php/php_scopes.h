#pragma once

#include "detect/script/php/php_parser.h"

namespace pugmark::script::php {

// Counts one step down while it lives.
class Parser::Depth {
 public:
  explicit Depth(Parser& parser) : parser_(parser) { ++parser_.depth_; }
  ~Depth() { --parser_.depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

  bool is_too_deep() const { return parser_.depth_ > parser_.bounds_.depth_max; }

 private:
  Parser& parser_;
};

// Sends statements to another list while it lives.
class Parser::Statements {
 public:
  Statements(Parser& parser, List& list) : parser_(parser), before_(parser.statements_) {
    parser_.statements_ = &list;
  }
  ~Statements() { parser_.statements_ = before_; }
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

 private:
  Parser& parser_;
  List* before_;
};

}  // namespace pugmark::script::php
