#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "evidence/gap.h"
#include "evidence/item.h"
#include "evidence/unpack/byte_source.h"
#include "evidence/unpack/format.h"

namespace pugmark::unpack {

// One member of an archive, as its header says.
struct Member {
  enum class Kind : std::uint8_t { kFile, kFolder, kSymbolicLink, kHardLink, kSpecial };

  std::string path;         // as stored
  std::string link_target;  // of links
  Kind kind = Kind::kFile;
  bool encrypted = false;
  std::optional<std::uint64_t> size_bytes;  // absent if the archive does not say
  FileAttributes attributes;  // but for the owner's name; of zip, cab and rar nothing
  std::string owner_name;
};

// How the last step ended.
enum class StepResult : std::uint8_t {
  kOk,
  kEnd,     // no further member, or no further bytes of this one
  kFailed,  // this member cannot be read; the next ones may
  kBroken,  // nothing further can be read
};

// Reads one archive, or one compressed stream as an archive of one member, through libarchive with
// exactly the decoder that the first bytes ask for: nothing is guessed, nothing is peeled twice.
// It knows no limits: its caller reads in pieces and stops. Nothing is written to disk.
// Not movable: libarchive holds its address. One thread at a time.
class ArchiveReader {
 public:
  struct Form {
    Packing outer = Packing::kNone;
    Packing inner = Packing::kNone;  // of a compressed stream: kTar, kCpio, or kNone for one member
    bool by_directory = false;       // zip, 7z: random access by the archive's own directory
  };

  // `source` must outlive the reader and stand at its beginning.
  ArchiveReader(const Form& form, ByteSource& source);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // Goes to the next member, passing over what was not read of the current one. kOk, kEnd or
  // kBroken; with kOk and a message() the header was odd but could be read.
  StepResult next(Member& member);

  // The same, unpacking about `passed_over_max` bytes of a compressed archive at most on the way:
  // beyond that it ends with kBroken, and passed_over_exceeded() says why.
  StepResult next(Member& member, std::uint64_t passed_over_max);

  // Unpacked bytes of a compressed archive that the last next() took and handed to nobody.
  std::uint64_t passed_over_bytes() const { return passed_over_bytes_; }
  bool passed_over_exceeded() const { return passed_over_exceeded_; }

  // The next bytes of the current member, at most into.size(); holes are zeros. Fewer than asked
  // only at the end of the member or its failure: step() then says which.
  std::size_t read(std::span<std::byte> into);

  // True if there is at least one more byte; it may cost decoding one block.
  bool has_more();

  StepResult step() const { return step_; }

  // Why the last step failed, or what was odd about it ("ZIP bad CRC"); empty if nothing was.
  const std::string& message() const { return message_; }

  // Once it is reported, a message about a header must not be taken for one about its bytes.
  void forget_message() { set_message({}, GapKind::kDamaged); }

  // What denies the bytes given so far: a checksum of the compressed stream; empty if nothing does.
  std::string_view denial() const;

  // The kind of gap that message() speaks of.
  GapKind gap_kind() const { return gap_kind_; }

  // Bytes of the source taken so far, in read-ahead blocks not counted. For an archive read by its
  // directory: the place in the source where it stands. Of a compressed stream that is broken: up
  // to the last place from which anything could be handed out.
  std::uint64_t packed_position_bytes() const;

 private:
  class OuterSource;
  struct Handle;

  bool fetch_block();
  bool is_cut_off() const;
  void note_message();
  void set_message(std::string message, GapKind kind);

  std::unique_ptr<Handle> handle_;
  Form form_;
  StepResult step_ = StepResult::kOk;
  bool ended_ = false;                 // there are no more members
  std::string message_;
  GapKind gap_kind_ = GapKind::kDamaged;
  std::span<const std::byte> block_;   // decoded, not yet handed out
  std::uint64_t hole_bytes_ = 0;       // zeros to hand out before block_
  std::uint64_t position_bytes_ = 0;   // of the current member, handed out
  std::uint64_t passed_over_bytes_ = 0;
  bool passed_over_exceeded_ = false;
  std::uint64_t productive_bytes_ = 0;  // of the source, up to the end of the last block_
};

}  // namespace pugmark::unpack
