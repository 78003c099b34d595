#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace pugmark::script {

// How the bytes of a script are to be read.
enum class Encoding : std::uint8_t {
  kUtf8,        // or any single-byte encoding that has ASCII in it: bytes are taken as they stand
  kUtf8Marked,  // with a byte order mark
  kUtf16Le,
  kUtf16Be,
  kUtf32Le,
  kUtf32Be,
};
std::string_view to_string(Encoding encoding);  // "utf-8", "utf-8 with mark", "utf-16le", ...

// The text of a script in UTF-8 (or whatever single-byte text it was), and where each part of it
// stands in the bytes. A file may change its encoding on the way (a UTF-16 page with an ASCII shell
// appended, or the other way round): runs of at least kRunBytesMin are told apart. Text that is
// UTF-8 already is not copied. One thread; reused from file to file.
class ScriptText {
 public:
  static constexpr std::size_t kRunBytesMin = 64;

  // `bytes` must outlive the use of view(), unless something had to be converted.
  void decode(Bytes bytes);

  std::string_view view() const { return view_; }
  Encoding encoding() const { return encoding_; }  // of the first run
  bool is_mixed() const { return is_mixed_; }
  std::uint64_t malformed_count() const { return malformed_count_; }  // code units replaced by '?'

  // Where the character at view()[at] begins in the bytes; at == view().size() gives their size.
  std::uint64_t offset_of(std::size_t at) const;

 private:
  // From text position `text_at` on, which stands at `byte_at`, the encoding is this one. Long runs
  // of UTF-16 have one entry every few hundred characters, from which offset_of() counts on.
  struct Run {
    std::size_t text_at = 0;
    std::uint64_t byte_at = 0;
    Encoding encoding = Encoding::kUtf8;
  };

  void begin_run(Encoding encoding, std::size_t byte_at);
  void append(char32_t character);
  void drop_last();
  // Each reads on from `at` and returns where another encoding begins, or the end.
  std::size_t read_narrow(std::string_view bytes, std::size_t at);
  std::size_t read_utf16(std::string_view bytes, std::size_t at, Encoding encoding);
  std::size_t read_utf32(std::string_view bytes, std::size_t at, Encoding encoding);

  std::string_view view_;
  std::string converted_;
  std::vector<Run> runs_;
  Encoding encoding_ = Encoding::kUtf8;
  bool is_mixed_ = false;
  std::uint64_t malformed_count_ = 0;
};

}  // namespace pugmark::script
