#pragma once

#include <cstddef>
#include <string_view>

namespace pugmark::text {

// The lines of a text in which NULs stand where space was reserved and never written: a line feed
// ends a line, and so does a run of NULs. This is the definition; the fast paths keep to it.
class LineCursor {
 public:
  explicit LineCursor(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  // Goes to the next line. False at the end of the text.
  bool next() {
    if (at_ >= text_.size()) return false;
    begin_ = at_;
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != '\n' && text_[end] != '\0') ++end;
    end_ = end;
    padding_end_ = end;
    if (end < text_.size() && text_[end] == '\n') {
      at_ = padding_end_ = end + 1;
    } else {
      while (padding_end_ < text_.size() && text_[padding_end_] == '\0') ++padding_end_;
      at_ = padding_end_;
    }
    return true;
  }

  std::string_view line() const { return text_.substr(begin_, end_ - begin_); }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  // NULs behind the line, if it ends with them.
  std::size_t padding_bytes() const {
    return end_ < text_.size() && text_[end_] == '\0' ? padding_end_ - end_ : 0;
  }
  std::size_t next_begin() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t padding_end_ = 0;
};

}  // namespace pugmark::text
