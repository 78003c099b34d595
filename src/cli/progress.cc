#include "cli/progress.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

#include "base/time.h"
#include "cli/console.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr auto kBetweenDrawings = std::chrono::milliseconds(200);
constexpr std::size_t kBarColumns = 20;

std::size_t error_stream_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

std::string progress_line(const HuntProgress& progress, std::int64_t elapsed_ns,
                          std::size_t width_columns) {
  const std::uint64_t total = progress.bytes_total;
  const std::uint64_t done = std::min<std::uint64_t>(progress.bytes_done, total);
  std::string line = progress.stage.load();
  if (total != 0) {
    const double share = static_cast<double>(done) / static_cast<double>(total);
    const auto filled = static_cast<std::size_t>(share * kBarColumns);
    line += fmt::format(" [{:<{}}] {:3.0f}%", std::string(filled, '='), kBarColumns, share * 100);
    const double seconds = static_cast<double>(elapsed_ns) / 1e9;
    if (seconds > 1 && done != 0) {
      const double rate = static_cast<double>(done) / seconds;
      line += fmt::format("  {}/s", bytes_words(static_cast<std::uint64_t>(rate)));
      if (done < total) {
        const double left_s = static_cast<double>(total - done) / rate;
        line += fmt::format(
            "  {} left", format_duration(static_cast<std::int64_t>(std::min(left_s, 9e8) * 1e9)));
      }
    }
    line += fmt::format("  {}  {}", counted(progress.events_count, "event"),
                        counted(progress.findings_count, "finding"));
  }
  return cut_end(line, width_columns == 0 ? 0 : width_columns - 1);
}

ProgressBar::ProgressBar(const HuntProgress& progress) : progress_(progress) {
  try {
    thread_ = std::thread([this] { draw_until_stopped(); });
  } catch (const std::system_error&) {  // no thread to be had: the hunt goes on without a bar
  }
}

ProgressBar::~ProgressBar() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void ProgressBar::draw_until_stopped() {
  const auto begin = std::chrono::steady_clock::now();
  bool drawn = false;
  while (!stop_) {
    std::this_thread::sleep_for(kBetweenDrawings);
    if (stop_) break;
    const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - begin;
    write_error_stream("\r\x1b[K" +
                       progress_line(progress_, elapsed.count(), error_stream_columns()));
    drawn = true;
  }
  if (drawn) write_error_stream("\r\x1b[K");
}

}  // namespace pugmark
