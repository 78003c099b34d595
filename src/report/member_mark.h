#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "casefile/casefile.h"

// Whether an item of a case was handed over or lies in an archive. Private to this room.
namespace pugmark {

// Where in an item's path the archive that was handed over ends, and "!/" and the member follow;
// nothing if the item is a file itself. The name of a folder may end in "!" too: an archive is an
// item of the same case.
Result<std::optional<std::size_t>> member_mark(const CaseReader& reader, const std::string& path);

}  // namespace pugmark
