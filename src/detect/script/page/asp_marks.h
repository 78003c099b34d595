#pragma once

#include <cstddef>
#include <string_view>

#include "detect/script/page.h"
#include "detect/script/page/finder.h"
#include "detect/script/page/page_builder.h"

namespace pugmark::script {

// The marks that classic ASP and ASP.NET have in common.

// What stands behind "<%", and where what it marks begins.
struct CodeMark {
  enum class Kind : std::uint8_t { kCode, kExpression, kDirective };
  Kind kind = Kind::kCode;
  std::size_t begin = 0;
};
CodeMark code_mark_at(std::string_view text, std::size_t at);

// <%@ name a="b" %>, which begins at `at`, its attributes at `inner`; "%>" stands at `end`, or the
// text ends there. It ends before code that begins inside it: then it was never closed. The name
// may be missing: <%@ language="x" %>.
PageTag directive(std::string_view text, std::size_t at, std::size_t inner, std::size_t end,
                  std::uint64_t& left_out_count);

// <!-- #include file="x" -->, which begins at `at`, as a tag named "#include". False if it is none.
bool read_include(std::string_view text, std::size_t at, Finder& comment_ends, PageTag& tag,
                  std::uint64_t& left_out_count);

// Where "</script" stands at or behind `from`, in any case; the end of the text if nowhere. `end`
// is behind its '>'.
Span script_end(std::string_view text, std::size_t from);

bool is_named(const PageTag& tag, std::string_view name);

}  // namespace pugmark::script
