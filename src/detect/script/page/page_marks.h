#pragma once

#include <string_view>

#include "detect/script/language.h"

namespace pugmark::script {

// What the marks in `text` say that it is; kNone if there are none. The first certain one decides
// ("<?php", "<%@ Page", "<jsp:"), unless code stood before it; code between "<%" and "%>" alone is
// told by its words. Searches the whole text if it has to.
PageKind kind_of_marks(std::string_view text);

}  // namespace pugmark::script
