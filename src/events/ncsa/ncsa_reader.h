#pragma once

#include <memory>

#include "base/bytes.h"
#include "events/reader.h"

namespace pugmark::ncsa {

// True if the first lines of `head` are NCSA common or combined log lines.
bool is_ncsa(Bytes head);

// Reader of access logs in NCSA common and combined log format as Apache, nginx and Tomcat write
// them, with or without the virtual host in front and further fields behind (docs/formats/ncsa.md).
// Item type "ncsa".
std::unique_ptr<Reader> make_ncsa_reader(const ReaderOptions& options);

}  // namespace pugmark::ncsa
