#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"
#include "evidence/cursor.h"
#include "evidence/gap.h"

namespace pugmark::unpack {

// What became of a file between opening it and now.
struct FileChange {
  GapKind kind = GapKind::kChanged;
  std::uint64_t offset_bytes = 0;
  std::string what;
};

// A regular file of the evidence, opened read-only, read by pread. Its end is where it was when it
// was opened: what is written behind it afterwards is reported by change(), not chased. The access
// time is left alone where the system allows it (the owner or root). Movable; read_at() may be
// called by several threads.
class FileSource {
 public:
  // kNotFound if it is gone, kIo if the system refuses, kUnsupported if it is no regular file.
  static Result<FileSource> open(const EvidenceFile& file);
  ~FileSource();
  FileSource(FileSource&& other) noexcept;
  FileSource& operator=(FileSource&& other) noexcept;

  struct Outcome {
    std::size_t bytes = 0;
    int error_number = 0;  // errno if the system failed; `bytes` were read before that
  };
  // Fills `into` unless the file ends or fails.
  Outcome read_at(std::uint64_t offset_bytes, std::span<std::byte> into) const;

  // When it was opened.
  std::uint64_t size_bytes() const { return size_bytes_; }

  // What the file system said when it was opened.
  const FileAttributes& attributes() const { return attributes_; }

  // Compares the file with what it was when it was opened. `read_bytes` were read in order.
  std::optional<FileChange> change(std::uint64_t read_bytes) const;

 private:
  FileSource(int descriptor, std::uint64_t size_bytes, timespec changed, FileAttributes attributes)
      : descriptor_(descriptor),
        size_bytes_(size_bytes),
        modified_(changed),
        attributes_(std::move(attributes)) {}

  int descriptor_ = -1;
  std::uint64_t size_bytes_ = 0;
  timespec modified_{};
  FileAttributes attributes_;
};

}  // namespace pugmark::unpack
