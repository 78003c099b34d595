#pragma once

#include <string>
#include <string_view>

#include "detect/script/page.h"

namespace pugmark::script {

// A page in lines, for comparison: its language, regions, tags and what was converted. Markup that
// is blank is left out.
std::string dump(const Page& page, std::string_view text);
std::string dump_of(PageKind kind, std::string_view path, std::string_view text);

// Which promise of page.h the page breaks; empty if it keeps them all.
std::string broken_promise(const Page& page, std::string_view text);

}  // namespace pugmark::script
