#pragma once

#include <cstdint>
#include <string_view>

#include "detect/script/page.h"

namespace pugmark::script {

// What take_apart() does for each kind of page. `page` is empty but for its kind.
void take_apart_asp(std::string_view text, Page& page);
void take_apart_aspnet(std::string_view path, std::string_view text, Page& page);
void take_apart_jsp(std::string_view path, std::string_view text, Page& page);
void take_apart_coldfusion(std::string_view text, Page& page);

// Regions of classic ASP that are not written as they are read: pieces made by Microsoft's script
// encoder, and everything if the page says that it is UTF-7. They become Page::converted, and
// their place kDirective.
void convert_encoded_code(std::string_view text, Page& page);

// The extension by which a server chooses how to run the file: of the last part of `path`, without
// a stream's name and without the dots and blanks behind it that Windows drops. A view of `path`.
std::string_view extension_of(std::string_view path);

}  // namespace pugmark::script
