#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "events/reader.h"
#include "evidence/item.h"

namespace pugmark {

// What a file that is no log may be, as its first bytes and its name say. An intruder chose both:
// this decides how a file is read and what it is called, never that it is harmless.
enum class FileKind : std::uint8_t {
  kUnknown,     // no text, and it begins like nothing known
  kText,        // may be a log that no reader knows
  kPage,        // what browsers are sent: HTML, style sheets, scripts for browsers
  kScript,      // what a server or a shell executes: by its name, or by marks in its first bytes
  kExecutable,  // of Windows, Unix or macOS, a class of Java
  kDocument,    // of Office, PDF, RTF, a mail store, a certificate or a request for one
  kImage,
};
std::string_view to_string(FileKind kind);  // Item::type: "unknown", "text", "page", "script", ...

// How the first bytes of a text are to be read.
enum class TextEncoding : std::uint8_t {
  kNone,  // no text
  kAscii,
  kUtf8,
  kUtf8Marked,  // with a byte order mark
  kEightBit,    // bytes above 127 that are no UTF-8: some Windows or ISO code page
  kUtf16Le,
  kUtf16Be,
};
std::string_view to_string(TextEncoding encoding);  // "", "ascii", "utf-8", "utf-8 with mark", ...

struct FileNature {
  FileKind kind = FileKind::kUnknown;
  TextEncoding encoding = TextEncoding::kNone;
};

// `head`: as much of the front of the file as is at hand (64 KiB, or all of it if shorter).
FileNature nature_of(Bytes head, std::string_view path);

// True if a server takes a file for a script by this name, whatever stands in it: by its extension,
// or by one that IIS would take instead ("x.asp;.jpg", "x.aspx.", "x.aspx::$DATA").
bool has_script_name(std::string_view path);

// The extension a server goes by: in lower case, without its dot; "" if there is none.
std::string extension_of(std::string_view path);

// The context of every block of a file that is no log (Reader::is_file()).
class FileContext final : public BlockContext {
 public:
  FileContext(FileNature nature, std::optional<std::uint64_t> stated_size_bytes,
              FileAttributes attributes)
      : nature_(nature),
        stated_size_bytes_(stated_size_bytes),
        attributes_(std::move(attributes)) {}

  FileNature nature() const { return nature_; }
  // What the file system or the archive says; an archive may say nothing, or lie.
  std::optional<std::uint64_t> stated_size_bytes() const { return stated_size_bytes_; }
  const FileAttributes& attributes() const { return attributes_; }

 private:
  FileNature nature_;
  std::optional<std::uint64_t> stated_size_bytes_;
  FileAttributes attributes_;
};

}  // namespace pugmark
