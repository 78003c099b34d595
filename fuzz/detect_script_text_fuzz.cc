// Any bytes as the text of a script. Promised: ASCII and everything else without a zero byte and a
// mark comes back as it is, not copied; whatever encodings were told apart, the places of the
// characters grow, lie inside the bytes, and what stands there is the character; the same bytes
// read again, behind other ones, say the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "detect/script/script_text.h"
#include "detect/script/script_text_twin.h"

using namespace pugmark;
using namespace pugmark::script;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void check_plain(std::string_view bytes, const ScriptText& text) {
  const bool has_mark = bytes.starts_with("\xEF\xBB\xBF") || bytes.starts_with("\xFF\xFE") ||
                        bytes.starts_with("\xFE\xFF");
  if (has_mark || bytes.find('\0') != std::string_view::npos) return;
  require(text.view().data() == bytes.data() && text.view() == bytes, "plain text is not copied");
  require(text.encoding() == Encoding::kUtf8 && !text.is_mixed(), "plain text is no other");
}

// Whether there is nothing but marks of encodings, one after the other.
bool are_marks(std::string_view bytes) {
  constexpr std::string_view kMarks[] = {
      {"\0\0\xFE\xFF", 4}, {"\xFF\xFE\0\0", 4}, "\xEF\xBB\xBF", "\xFE\xFF", "\xFF\xFE"};
  if (bytes.empty()) return true;
  return std::any_of(std::begin(kMarks), std::end(kMarks), [&](std::string_view mark) {
    return bytes.starts_with(mark) && are_marks(bytes.substr(mark.size()));
  });
}

// From one character to the next there are at most its four bytes, and marks.
bool is_no_more_than_one(std::string_view bytes) {
  for (std::size_t size = 0; size <= std::min<std::size_t>(4, bytes.size()); ++size)
    if (are_marks(bytes.substr(size))) return true;
  return false;
}

// No stretch of the file is lost.
void check_nothing_lost(std::string_view bytes, const ScriptText& text) {
  std::uint64_t last = text.view().empty() ? 0 : text.offset_of(0);
  require(are_marks(bytes.substr(0, last)), "the text begins behind marks at most");
  for (std::size_t at = 1; at <= text.view().size(); ++at) {
    const std::uint64_t offset = text.offset_of(at);
    require(offset >= last && is_no_more_than_one(bytes.substr(last, offset - last)),
            "no bytes are left out");
    last = offset;
  }
  require(text.view().empty() ? bytes.size() <= 4 : last == bytes.size(), "the end is the end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const Bytes bytes{reinterpret_cast<const std::byte*>(data), size_bytes};
  ScriptText text;
  text.decode(bytes);
  check_plain(as_text(bytes), text);
  check_nothing_lost(as_text(bytes), text);
  const std::string wrong = disagreement(bytes, text);
  require(wrong.empty(), wrong.c_str());

  const std::string before(text.view());
  const std::uint64_t malformed_count = text.malformed_count();
  text.decode(as_bytes("\xFF\xFE<\x01"));
  text.decode(bytes);
  require(text.view() == before && text.malformed_count() == malformed_count,
          "reading again says the same");
  return 0;
}
