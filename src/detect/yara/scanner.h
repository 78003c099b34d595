#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "detect/yara/rules.h"

namespace pugmark::yara {

// What rules may ask about a file by name; each "" if it is not known.
struct FileNames {
  std::string_view name;       // "shell.aspx"
  std::string_view path;       // with the name
  std::string_view extension;  // ".aspx"
  std::string_view type;
  std::string_view owner;
};

// A part of a file. Where it is not the whole, conditions still see the file's size and the offsets
// in it, but count and find only what the part has.
struct Window {
  Bytes bytes;
  std::uint64_t offset_bytes = 0;  // in the file
  std::uint64_t file_size_bytes = 0;
};

inline Window whole_file(Bytes bytes) { return {bytes, 0, bytes.size()}; }

struct StringMatch {
  std::uint32_t string = 0;        // index in Rule::strings
  std::uint64_t offset_bytes = 0;  // in the window
  std::uint32_t length_bytes = 0;
};

struct RuleMatch {
  std::uint32_t rule = 0;            // index in Rules::rules()
  std::vector<StringMatch> strings;  // by string, then by offset
  std::uint64_t unlisted_count = 0;  // places beyond the limit yara-matches
};

// A string that was not searched for in all of the window: its rule may have missed something.
struct UnsearchedString {
  std::uint32_t rule = 0;    // index in Rules::rules()
  std::uint32_t string = 0;  // index in Rule::strings
  // It has more matches than the limit yara-string-matches; else it is too complex for these bytes.
  bool is_too_frequent = false;
};

struct Scan {
  enum class End : std::uint8_t {
    kComplete,
    kStopped,   // because the caller asked for it
    kTimedOut,  // limit yara-seconds
    kFailed,    // libyara gave up for the reason in `why`
  };
  End end = End::kComplete;
  std::string why;
  std::vector<RuleMatch> matches;  // in the order of the rules; none unless complete
  std::vector<UnsearchedString> unsearched;
};

// Tries all rules on one window after the other. One for each thread; the rules outlive it.
class Scanner {
 public:
  Scanner(const Rules& rules, const Limits& limits);
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  // The same for the same bytes and names wherever it ends as complete. What a file was found to be
  // does not depend on those scanned before. `stop` may be null; it is looked at before and behind
  // the search, so at the latest after the time for one window.
  const Scan& scan(const Window& window, const FileNames& names, const std::atomic<bool>* stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pugmark::yara
