#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "events/reader.h"

namespace pugmark::w3c {

// True if a `#Fields:` line of a web server stands in `head`.
bool is_w3c(Bytes head);

// True if `head` has no `#Fields:` line at all and is of a web server's log all the same: it begins
// with a directive that says so, or most of its lines are requests with date and time. Their
// columns have no names, but those below a later `#Fields:` will have.
bool has_w3c_rows(Bytes head);

// Reader of W3C extended logs of IIS and HTTP.sys (docs/formats/w3c.md). Item type "w3c".
std::unique_ptr<Reader> make_w3c_reader(std::string_view path, const ReaderOptions& options);

}  // namespace pugmark::w3c
