#pragma once

#include <string_view>

#include "events/file_kind.h"

namespace pugmark::files {

// What a server would execute a file as, by its name; else what kind of file it is. The words of
// ExaminedFile::language. They live for ever.
std::string_view language_of(FileNature nature, std::string_view path);

}  // namespace pugmark::files
