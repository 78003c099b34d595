#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "pipeline/pipeline.h"

namespace pugmark {

// One line for people: "reading evidence [=====     ]  52%  310.0 MB/s  4 s left  3,400,000 events
// 12 findings", cut to `width_columns`.
std::string progress_line(const HuntProgress& progress, std::int64_t elapsed_ns,
                          std::size_t width_columns);

// Draws the line on standard error five times a second while it lives, and wipes it at the end.
class ProgressBar {
 public:
  explicit ProgressBar(const HuntProgress& progress);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

 private:
  void draw_until_stopped();

  const HuntProgress& progress_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace pugmark
