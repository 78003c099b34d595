// Opening an item: is it an archive, of which form, and can it be unpacked at all?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "evidence/unpack/seven_zip_directory.h"
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
  frame.stream->add_weak_digests(md5_of_archives_, sha1_of_archives_, {});
  if (!open_archive(frame, packing)) {
    frame.reader.reset();
    frame.stream->drop_weak_digests();  // it may be a log
  }
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
  if (packing == Packing::kSevenZip) {
    Limits limits = limits_;
    // One that lists some more than may be delivered is read up to there.
    limits.archive_entries = std::max(limits.archive_entries, Limits{}.archive_entries);
    if (auto refusal = refusal_of_seven_zip(*frame.stream, limits)) {
      why = std::move(refusal->why);
      kind = refusal->kind;
      return false;
    }
  }
  frame.form = {packing, Packing::kNone, true};
  frame.reader = std::make_unique<ArchiveReader>(frame.form, *frame.stream);
  const bool opened = read_first_header(frame, why, kind);
  return packing == Packing::kZip ? open_zip(frame, opened, why, kind) : opened;
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
