#pragma once

#include <memory>

#include "base/bytes.h"
#include "events/reader.h"

namespace pugmark::evtx {

// True if the first bytes of an item (64 KiB, or all of it) are a Windows event log (EVTX): a file
// header, a bare sequence of chunks, or a chunk behind a file header that is damaged.
bool is_evtx(Bytes head);

// A reader of one EVTX item. options.limits and options.shapes must be set.
std::unique_ptr<Reader> make_evtx_reader(const ReaderOptions& options);

}  // namespace pugmark::evtx
