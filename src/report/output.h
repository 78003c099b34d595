#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pugmark {

// Where a report goes: a buffer in front of something that takes bytes (standard output, a new
// file, a string). After the first failure everything is thrown away and status() says why, so that
// writers need not look after every line; long loops ask failed() and stop. One thread.
class Output {
 public:
  using Sink = std::function<Status(std::string_view)>;
  explicit Output(Sink sink) : sink_(std::move(sink)) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void line(std::string_view text = {});

  // Hands on what is buffered. The result is that of everything written so far.
  Status flush();
  bool failed() const { return !status_.ok(); }

 private:
  Sink sink_;
  std::string buffer_;
  Status status_;
};

}  // namespace pugmark
