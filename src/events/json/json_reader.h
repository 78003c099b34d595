#pragma once

#include <memory>

#include "base/bytes.h"
#include "events/reader.h"

namespace pugmark::json {

// True if the first object of `head` is JSON (or goes on behind the head).
bool is_json(Bytes head);

// Whether some later line is a whole object: what is left of a log whose front is missing or
// damaged, which must not hide the rest.
bool has_json_line(Bytes head);

// Reader of JSON events: one object a line, or objects in an array or one after another
// (docs/formats/json.md). Item type "json".
std::unique_ptr<Reader> make_json_reader(Bytes head, const ReaderOptions& options);

}  // namespace pugmark::json
