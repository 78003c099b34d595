#pragma once

#include <cstddef>
#include <string_view>

namespace pugmark::script {

inline constexpr std::size_t kNoPlace = std::string_view::npos;

// Finds the next `needle` again and again, from places that grow, with short steps back now and
// then: all of it together costs little more than one pass over the text, also where there is no
// needle, or only one far away.
class Finder {
 public:
  Finder(std::string_view text, std::string_view needle) : text_(text), needle_(needle) {}

  // The first one at or behind `from`; kNoPlace if there is none.
  std::size_t next(std::size_t from) {
    if (!is_far_known_) {
      is_far_known_ = true;
      far_ = {from, text_.find(needle_, from)};
      return far_.found;
    }
    if (near_.answers(from)) return near_.found;
    if (far_.answers(from)) return far_.found;
    if (from > far_.from) {
      far_ = {from, text_.find(needle_, from)};
      return far_.found;
    }
    // A step back: only what lies before is new.
    const std::size_t before = far_.from + needle_.size() - 1;
    const std::size_t found = text_.substr(0, before).find(needle_, from);
    if (found == kNoPlace) {
      far_.from = from;
      return far_.found;
    }
    near_ = {from, found};
    return found;
  }

 private:
  // Between the two there is none.
  struct Known {
    std::size_t from = kNoPlace;
    std::size_t found = 0;
    bool answers(std::size_t at) const { return from <= at && at <= found; }
  };

  std::string_view text_;
  std::string_view needle_;
  Known near_;
  Known far_;
  bool is_far_known_ = false;
};

}  // namespace pugmark::script
