#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "detect/script/page/page_builder.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {

// The body of an element up to its end tag. CDATA and, in XML, comments may hold what looks like
// the end.
struct ElementBody {
  Span inner;
  std::size_t end = 0;  // behind the end tag; the end of the text if there is none
};
ElementBody element_body(std::string_view text, std::size_t from, std::string_view name,
                         bool is_xml);

// If `body` is plain text, or one CDATA section alone: the part of it that is the text.
bool is_plain_xml_text(std::string_view body, std::string_view& plain);

// What an XML parser makes of it: CDATA, comments, entities.
std::string xml_text(std::string_view body, const Entities& entities, std::size_t& growth_left);

// <!ENTITY name "value">, each with those declared before it replaced. `kept` holds the values.
Entities declared_entities(std::string_view text, std::vector<std::string>& kept,
                           std::size_t& growth_left);

}  // namespace pugmark::script
