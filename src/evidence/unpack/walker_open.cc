// Opening an item: is it an archive, of which form, and can it be unpacked at all?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "evidence/unpack/walker.h"

namespace pugmark::unpack {
namespace {

std::string type_of(const ArchiveReader::Form& form) {
  if (form.inner == Packing::kNone) return std::string(type_name(form.outer));
  std::string_view suffix = type_name(form.outer);
  if (form.outer == Packing::kGzip) suffix = "gz";
  if (form.outer == Packing::kBzip2) suffix = "bz2";
  if (form.outer == Packing::kZstd) suffix = "zst";
  return fmt::format("{}.{}", type_name(form.inner), suffix);
}

}  // namespace

// Decides what the frame on top of the stack is.
void Walker::begin_item() {
  Frame& frame = *stack_.back();
  std::array<std::byte, kHeadBytes> head{};
  const Packing packing = recognise(frame.stream->peek(head));
  frame.item.type = "unknown";
  if (packing == Packing::kNone) {
    frame.stream->stop_keeping();
    return;
  }
  const std::size_t archives_around = stack_.size() - 1;
  if (archives_around >= limits_.archive_depth) {
    add_gap(frame, GapKind::kLimit, 0,
            fmt::format("The limit archive-depth ({}) was reached: this {} archive was read as it "
                        "is and not unpacked.",
                        limits_.archive_depth, type_name(packing)));
    frame.stream->stop_keeping();
    return;
  }
  if (!open_archive(frame, packing)) frame.reader.reset();
  if (frame.reader != nullptr) frame.item.type = type_of(frame.form);
  frame.stream->stop_keeping();
}

// False if the item has to be read as it is; the gap says why.
bool Walker::open_archive(Frame& frame, Packing packing) {
  std::string why;
  GapKind kind = GapKind::kDamaged;
  bool opened = false;
  if (needs_seek(packing)) {
    opened = open_by_directory(frame, packing, why, kind);
  } else if (is_stream(packing)) {
    opened = open_stream(frame, packing, why, kind);
  } else {
    opened = open_in_order(frame, {packing, Packing::kNone, false}, why, kind);
  }
  if (opened) return true;
  phase_ = stack_.size() == 1 ? Phase::kInOrder : phase_;
  if (frame.stream->rewind()) {
    add_gap(frame, kind, 0,
            fmt::format("This begins like a {} archive but cannot be unpacked ({}); it was read "
                        "as it is.",
                        type_name(packing), why));
    return false;
  }
  // Its first bytes are gone: nothing can be delivered, but the digest can be taken.
  add_gap(frame, kind, 0,
          fmt::format("This begins like a {} archive but cannot be unpacked ({}).",
                      type_name(packing), why));
  frame.form = {packing, Packing::kNone, false};
  frame.reader = std::make_unique<ArchiveReader>(frame.form, *frame.stream);
  frame.member_is_pending = false;
  frame.stopped = true;
  return true;
}

bool Walker::read_first_header(Frame& frame, std::string& why, GapKind& kind) {
  const StepResult result = frame.reader->next(frame.member);
  if (result == StepResult::kBroken) {
    why = frame.reader->message();
    kind = frame.reader->gap_kind();
    return false;
  }
  frame.member_is_pending = result == StepResult::kOk;
  frame.headers_count = frame.member_is_pending ? 1 : 0;
  return true;
}

bool Walker::open_in_order(Frame& frame, const ArchiveReader::Form& form, std::string& why,
                           GapKind& kind) {
  frame.form = form;
  frame.reader = std::make_unique<ArchiveReader>(form, *frame.stream);
  return read_first_header(frame, why, kind);
}

// zip and 7z. The file itself is hashed first, a nested one while it is put aside.
bool Walker::open_by_directory(Frame& frame, Packing packing, std::string& why, GapKind& kind) {
  if (frame.stream->can_seek()) {
    phase_ = Phase::kHashing;
    frame.stream->drain();
    phase_ = Phase::kAnyOrder;
  } else if (Status problem; !frame.stream->keep_all(limits_.seekable_member_bytes, problem)) {
    kind = problem.ok() ? GapKind::kLimit : GapKind::kUnreadable;
    why = problem.ok() ? fmt::format("the limit seekable-member-bytes ({}) was reached",
                                     limits_.seekable_member_bytes)
                       : fmt::format("{} {}", problem.error().message, problem.error().hint);
    return false;
  }
  frame.form = {packing, Packing::kNone, true};
  frame.reader = std::make_unique<ArchiveReader>(frame.form, *frame.stream);
  const bool opened = read_first_header(frame, why, kind);
  if (packing != Packing::kZip) return opened;
  if (opened && frame.member_is_pending) return true;
  std::array<std::byte, 4> magic{};
  frame.stream->read_at(0, magic);
  const bool has_member = magic[2] == std::byte{3} || magic[2] == std::byte{7};
  if (!has_member) return open_empty_zip(frame, why, kind);
  if (opened) why = "it lists no member though one begins at offset 0";
  return open_zip_from_front(frame, why, kind);
}

// The zip without members is the end of its directory (APPNOTE.TXT 4.3.16: 22 bytes and a comment)
// and nothing else. Only the reader from the front takes it.
bool Walker::open_empty_zip(Frame& frame, std::string& why, GapKind& kind) {
  constexpr std::size_t kEndBytes = 22;
  std::array<std::byte, kEndBytes> end{};
  const std::size_t got = frame.stream->read_at(0, end);
  const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
  const bool is_empty =
      got == kEndBytes && std::all_of(end.begin() + 4, end.begin() + 20, is_zero) &&
      frame.stream->size_bytes() == kEndBytes + load_le<std::uint16_t>(end.data() + 20);
  frame.reader.reset();
  if (!is_empty || !frame.stream->rewind()) {
    if (why.empty()) why = "its directory ends at once, but more follows";
    return false;
  }
  if (stack_.size() == 1) phase_ = Phase::kInOrder;
  return open_in_order(frame, {Packing::kZip, Packing::kNone, false}, why, kind);
}

// A zip whose directory at the end is missing or denies its members.
bool Walker::open_zip_from_front(Frame& frame, std::string& why, GapKind& kind) {
  const std::string reason = why;
  const GapKind reason_kind = kind;
  frame.reader.reset();
  if (!frame.stream->rewind()) return false;
  if (stack_.size() == 1) phase_ = Phase::kInOrder;
  const bool opened = open_in_order(frame, {Packing::kZip, Packing::kNone, false}, why, kind);
  if (!opened || !frame.member_is_pending) {
    why = reason;
    kind = reason_kind;
    return false;
  }
  add_gap(frame, GapKind::kTruncated, frame.packed_bytes(),
          fmt::format("The directory of the zip archive cannot be used ({}); its members were read "
                      "from the front as far as they go.",
                      reason));
  return true;
}

// gzip and its kin: looks at the first unpacked bytes to tell a tar or cpio from a single file.
bool Walker::open_stream(Frame& frame, Packing packing, std::string& why, GapKind& kind) {
  ArchiveReader::Form form{packing, Packing::kNone, false};
  if (!open_in_order(frame, form, why, kind)) return false;
  if (!frame.member_is_pending) {
    // Nothing came out. Right if the whole stream says so, wrong if the decoder stopped early.
    frame.stream->drain();
    if (frame.reader->packed_position_bytes() < frame.stream->content_end_bytes()) {
      why = "nothing can be unpacked from it";
      return false;
    }
    frame.member = Member();
    frame.member_is_pending = true;
    return true;
  }
  std::array<std::byte, kHeadBytes> head{};
  const std::size_t got = frame.reader->read(head);
  if (got == 0 && frame.reader->step() != StepResult::kEnd) {
    why = frame.reader->message();
    kind = frame.reader->gap_kind();
    return false;
  }
  const Packing inner = recognise(Bytes(head).first(got));
  if (inner == Packing::kTar || inner == Packing::kCpio) form.inner = inner;
  frame.reader.reset();
  if (!frame.stream->rewind()) {
    why = "too many packed bytes give too few unpacked ones to tell what it is";
    return false;
  }
  if (open_in_order(frame, form, why, kind)) return true;
  // It only looks like a tar: then it is a single file.
  form.inner = Packing::kNone;
  frame.reader.reset();
  return frame.stream->rewind() && open_in_order(frame, form, why, kind);
}

}  // namespace pugmark::unpack
