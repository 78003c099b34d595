#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "events/reader.h"

namespace pugmark::w3c {

// True if a `#Fields:` line of a web server stands in `head`.
bool is_w3c(Bytes head);

// Reader of W3C extended logs of IIS and HTTP.sys (docs/formats/w3c.md). Item type "w3c".
std::unique_ptr<Reader> make_w3c_reader(std::string_view path, const ReaderOptions& options);

}  // namespace pugmark::w3c
