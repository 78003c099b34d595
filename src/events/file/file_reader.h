#pragma once

#include <memory>

#include "events/file_kind.h"
#include "events/reader.h"

namespace pugmark::file {

// Reads any item that no reader of logs knows, in pieces: up to Limits::file_window_bytes is one
// block; what is larger is cut there, behind the last line end of the 64 KiB before if there is
// one. Of what is not examined (FileKind::kUnknown, and text that is larger: a log that no reader
// knows, rather than a script) a block is whatever is at hand: it is only handed out so that
// reading goes on for several threads.
std::unique_ptr<Reader> make_file_reader(std::shared_ptr<const FileContext> context,
                                         const ReaderOptions& options);

}  // namespace pugmark::file
