#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detect/examined_file.h"
#include "events/file_kind.h"
#include "evidence/item.h"

namespace pugmark::web_root {

// A file as its neighbours in the folder see it.
struct Neighbour {
  std::size_t entry = 0;  // of ExaminedFiles
  const Item* item = nullptr;
  FileNature nature;
  std::string language;        // of its directive; "" if it has none
  bool is_page = false;        // executed when it is asked for
  bool is_executable = false;  // a page, a program or a library
};

// A file that stands out, and why.
struct Standing {
  std::size_t entry = 0;
  std::vector<FileStep> steps;
};

// So many pages, at least, a folder has in which one can be odd.
constexpr std::size_t kOddAmongMin = 9;

// Of at least kOddAmongMin pages of one folder the one that alone differs from all others in three
// things, its age or its owner among them. Weak by itself: a page that was added later is no
// intruder's.
std::vector<Standing> odd_ones_out(std::span<const Neighbour> folder);

// Pages and programs whose times look taken over from a neighbour, or set by hand to whole seconds,
// while another time says that they are younger.
std::vector<Standing> changed_times(std::span<const Neighbour> folder);

}  // namespace pugmark::web_root
