#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/parse.h"
#include "report/output.h"
#include "report/table.h"

namespace pugmark {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFound = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitGaps = 3;
inline constexpr int kExitFailed = 4;

// What a failure means for the exit code: the user's words were wrong, or the work failed.
int exit_code_of(const Error& error);

// The process's standard streams, and how results look on them. One thread.
class Console {
 public:
  // Settles closed descriptors and signals; once per process.
  static void prepare_process();

  explicit Console(const ParsedLine& line);
  Output& out() { return out_; }
  const Look& look() const { return look_; }

  // A bar may be drawn on standard error.
  bool may_draw() const { return may_draw_; }

  // A sentence on standard error, unless --quiet.
  void note(std::string_view sentence) const;

  // "pugmark: WHERE: WHAT. WHAT TO DO" on standard error; returns the exit code.
  static int fail(const Error& error);

  // Hands on what is buffered. A reader that went away (`| head`) is no failure and is not
  // mentioned; anything else that stops the output makes the exit code 4.
  int finish(int exit_code);

 private:
  bool quiet_ = false;
  bool may_draw_ = false;
  bool reader_gone_ = false;
  Look look_;
  Output out_;
};

// Writes to standard error, all of it or as much as it takes.
void write_error_stream(std::string_view text);

}  // namespace pugmark
