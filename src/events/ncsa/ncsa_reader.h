#pragma once

#include <memory>

#include "base/bytes.h"
#include "events/reader.h"

namespace pugmark::ncsa {

// True if at least half of the first lines of `head` are NCSA common or combined log lines.
bool is_ncsa(Bytes head);

// True if a good share of all lines and bytes of `head` are such lines, whatever stands in front of
// them. It looks at everything, so it is the question for what no other format claims.
bool has_ncsa_lines(Bytes head);

// Reader of access logs in NCSA common and combined log format as Apache, nginx and Tomcat write
// them, with or without the virtual host in front and further fields behind (docs/formats/ncsa.md).
// Item type "ncsa".
std::unique_ptr<Reader> make_ncsa_reader(const ReaderOptions& options);

}  // namespace pugmark::ncsa
