#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "detect/script/parse.h"
#include "detect/script/token.h"
#include "detect/script/tree.h"

namespace pugmark::script::php {

// What tests and the fuzzer hold the reading of PHP to. Each says in words which promise is broken,
// or nothing.
std::string broken_promise_of_regions(std::string_view text, std::span<const Region> regions);
std::string broken_promise_of_tokens(std::string_view text, std::span<const Token> tokens,
                                     std::uint32_t tokens_max);
// Every node below the root is there once, stands inside its parent and in the text, and the tree
// is no deeper than some times what the parser may recurse.
std::string broken_promise_of_tree(std::string_view text, const Tree& tree, NodeId root,
                                   std::uint32_t depth_max);

// dump() of `code` as eval() takes it, and of a whole page; with a line "skipped N" or "too deep N"
// at the end if the parser says so.
std::string dump_code(std::string_view code);
std::string dump_page(std::string_view page);

// The regions of a page, a line each: "markup <html>", "code echo 1;", "expression $x".
std::string dump_regions(std::string_view page);

// The tokens of code, each after its kind, between bars: "name echo|text 'a'|operator ;|end ".
std::string dump_tokens(std::string_view code);

}  // namespace pugmark::script::php
