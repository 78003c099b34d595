#include "report/output.h"

namespace pugmark {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;

}  // namespace

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes && !flush().ok()) buffer_.clear();
}

void Output::line(std::string_view text) {
  write(text);
  write("\n");
}

Status Output::flush() {
  if (status_.ok() && !buffer_.empty()) status_ = sink_(buffer_);
  buffer_.clear();
  return status_;
}

}  // namespace pugmark
