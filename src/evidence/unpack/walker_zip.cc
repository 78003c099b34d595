// What only a zip needs: its directory stands at the end and may be missing, break off, deny its
// members or name fewer than there are.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "evidence/unpack/walker.h"
#include "evidence/unpack/zip_directory.h"

namespace pugmark::unpack {
namespace {

// A zip with damaged members is opened again behind each of them, so often.
constexpr std::uint64_t kReopenedMax = 100;

}  // namespace

// `by_directory`: whether it could be opened so. False if the item has to be read as it is.
bool Walker::open_zip(Frame& frame, bool by_directory, std::string& why, GapKind& kind) {
  if (by_directory && frame.member_is_pending) {
    frame.zip_places = zip_places(*frame.stream, limits_.archive_entries);
    return true;
  }
  std::array<std::byte, 4> magic{};
  frame.stream->read_at(0, magic);
  const bool has_member = magic[2] == std::byte{3} || magic[2] == std::byte{7};
  if (!has_member) return open_empty_zip(frame, why, kind);
  if (by_directory) why = "it lists no member though one begins at offset 0";
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

// libarchive gives up a whole archive for one damaged member. The directory of a zip tells where
// the next one is, so it is opened again and led there.
bool Walker::reopen_behind_damage(Frame& archive) {
  const bool has_directory = archive.form.outer == Packing::kZip && archive.form.by_directory;
  if (!has_directory || archive.member_over == false || archive.reopened_count >= kReopenedMax)
    return false;
  // Only behind a member whose bytes are damaged: a damaged header stays in the way.
  if (!archive.member_broken) return false;
  ++archive.reopened_count;
  archive.member_broken = false;
  archive.reader = std::make_unique<ArchiveReader>(archive.form, *archive.stream);
  for (std::uint64_t i = 0; i < archive.headers_count; ++i) {
    if (archive.reader->next(archive.member) != StepResult::kOk) return true;
  }
  return true;
}

// The directory of a zip breaks off. The members that it would have named are looked for from the
// front; those that it did name come by again.
bool Walker::go_on_from_front(Frame& archive) {
  const bool has_directory = archive.form.outer == Packing::kZip && archive.form.by_directory;
  if (!has_directory || archive.member_broken) return false;
  const std::string reason = archive.reader->message();
  const GapKind kind = archive.reader->gap_kind();
  if (!archive.stream->rewind()) return false;
  if (stack_.size() == 1) phase_ = Phase::kInOrder;
  archive.form.by_directory = false;
  archive.reader = std::make_unique<ArchiveReader>(archive.form, *archive.stream);
  archive.delivered = archive.names;
  add_gap(archive, kind, 0,
          fmt::format("The directory of the zip archive cannot be read further ({}) after {} "
                      "members; the others were looked for from the front.",
                      reason, archive.headers_count));
  archive.headers_count = 0;
  return true;
}

// True if the member just met was already delivered by the directory.
bool Walker::was_delivered(Frame& archive) {
  const auto found = archive.delivered.find(member_path(archive.member.path));
  if (found == archive.delivered.end() || found->second == 0) return false;
  --found->second;
  return true;
}

// Behind the members of a zip stands its directory. Without one, what is there may be the rest of
// it: the gap that says why the members were read from the front says that as well.
std::optional<std::uint64_t> Walker::end_of_front_read_zip(Frame& archive) {
  return archive.stream->can_seek() ? end_of_zip_directory(*archive.stream) : std::nullopt;
}

// What stands in a zip and is in no member of its directory was hidden there, or is left over.
void Walker::note_unclaimed(Frame& archive) {
  const auto directory = read_zip_directory(*archive.stream, limits_.archive_entries,
                                            static_cast<std::size_t>(limits_.gaps_per_item));
  const bool is_followed = directory && directory->members_count <= archive.headers_count;
  if (!is_followed && !archive.stopped) {
    add_gap(archive, GapKind::kUnsupported, 0,
            directory ? fmt::format("The directory names {} members; only {} of them were found.",
                                    directory->members_count, archive.headers_count)
                      : std::string("The directory was read but not understood to its end: bytes "
                                    "that no member claims would not be noticed."));
  }
  if (!directory) return;
  for (const RenamedMember& member : directory->renamed) {
    add_gap(archive, GapKind::kDamaged, member.offset_bytes,
            fmt::format("The directory calls a member \"{}\", its own header \"{}\".",
                        member.name, member.local_name));
  }
  archive.gaps_count += directory->renamed_count - directory->renamed.size();
  for (const Stretch& stretch :
       unclaimed_stretches(*directory, archive.stream->content_end_bytes())) {
    archive.unclaimed_bytes += stretch.length_bytes;
    add_gap(archive, GapKind::kDamaged, stretch.offset_bytes,
            fmt::format("{} bytes stand here that no member of the directory claims; they were not "
                        "unpacked.",
                        stretch.length_bytes),
            stretch.length_bytes);
  }
}

}  // namespace pugmark::unpack
