#include "cli/console.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

namespace pugmark {
namespace {

// Writes everything; 0, or the errno that stopped it.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

bool wants_colour(std::string_view when) {
  if (when == "always") return true;
  if (when == "never") return false;
  return isatty(STDOUT_FILENO) != 0 && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

// Columns of the terminal on standard output; 0 if there is none.
std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 80;
  constexpr std::size_t kNarrowest = 40;
  if (isatty(STDOUT_FILENO) == 0) return 0;
  winsize size{};
  std::size_t columns = 0;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  if (columns == 0) {
    const std::string_view text = environment("COLUMNS");
    std::from_chars(text.data(), text.data() + text.size(), columns);
  }
  if (columns == 0) return kUsual;
  return std::max(columns, kNarrowest);
}

}  // namespace

int exit_code_of(const Error& error) {
  const bool usage = error.code == ErrorCode::kInvalidInput || error.code == ErrorCode::kNotFound;
  return usage ? kExitUsage : kExitFailed;
}

void write_error_stream(std::string_view text) {
  // Nobody is left to tell if this fails.
  static_cast<void>(write_all(STDERR_FILENO, text));
}

void Console::prepare_process() {
  // A closed standard descriptor would be given to the next file that is opened, and output meant
  // for the user would be written into it. /dev/null opened for reading keeps the place, and
  // writing to it fails as writing to a closed descriptor does.
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    static_cast<void>(open("/dev/null", O_RDONLY));
  }
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of write()
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
}

Console::Console(const ParsedLine& line)
    : quiet_(line.has("quiet")),
      may_draw_(!quiet_ && isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb"),
      look_{terminal_columns(), wants_colour(line.flag("color"))},
      out_([this](std::string_view text) -> Status {
        const int error_number = write_all(STDOUT_FILENO, text);
        if (error_number == 0) return {};
        reader_gone_ = error_number == EPIPE;
        return Error{
            ErrorCode::kIo,
            fmt::format("standard output: cannot be written, {}", std::strerror(error_number)),
            "Send it to a file or terminal that takes it."};
      }) {}

void Console::note(std::string_view sentence) const {
  if (!quiet_) write_error_stream(fmt::format("pugmark: {}\n", escaped(sentence)));
}

int Console::fail(const Error& error) {
  std::string text = escaped(error.message);
  if (!text.empty() && text.back() != '.' && text.back() != '?') text += '.';
  if (!error.hint.empty()) text += " " + escaped(error.hint);
  write_error_stream(fmt::format("pugmark: {}\n", text));
  return exit_code_of(error);
}

int Console::finish(int exit_code) {
  const Status status = out_.flush();
  if (status.ok() || reader_gone_) return exit_code;
  fail(status.error());
  return kExitFailed;
}

}  // namespace pugmark
