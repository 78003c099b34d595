#include "evidence/unpack/walker.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

#include "base/shorten.h"

namespace pugmark::unpack {
namespace {

// Enough for a reader of plain items; archives are drained in pieces of it.
constexpr std::size_t kDrainBytes = std::size_t{256} << 10U;

std::string_view kind_word(Member::Kind kind) {
  switch (kind) {
    case Member::Kind::kSymbolicLink: return "symbolic link";
    case Member::Kind::kHardLink: return "hard link";
    default: return "device or pipe";
  }
}

// A name as a gap says it: there may be very many gaps. Its end tells it from others, and the item
// has all of it.
std::string in_gap(std::string name) {
  constexpr std::size_t kNameBytesShown = 256;
  shorten(name, kNameBytesShown);
  return name;
}

}  // namespace

// The evidence file itself.
class Walker::FileOrigin final : public ByteSource {
 public:
  explicit FileOrigin(Walker& walker) : walker_(walker) {}
  std::size_t read(std::span<std::byte> /*into*/) override { return 0; }  // it can seek
  bool can_seek() const override { return true; }
  std::size_t read_at(std::uint64_t offset_bytes, std::span<std::byte> into) override {
    return walker_.read_file(offset_bytes, into);
  }
  std::uint64_t size_bytes() const override { return walker_.file_.size_bytes(); }

 private:
  Walker& walker_;
};

// The current member of the archive at one place of the stack.
class Walker::MemberOrigin final : public ByteSource {
 public:
  MemberOrigin(Walker& walker, std::size_t archive_index)
      : walker_(walker), archive_index_(archive_index) {}
  std::size_t read(std::span<std::byte> into) override {
    return walker_.read_member(archive_index_, into);
  }
  bool can_seek() const override { return false; }
  std::size_t read_at(std::uint64_t /*offset*/, std::span<std::byte> /*into*/) override {
    return 0;
  }
  std::uint64_t size_bytes() const override { return 0; }

 private:
  Walker& walker_;
  std::size_t archive_index_;
};

Walker::Walker(std::string path, FileSource file, const Limits& limits, ItemIds& ids,
               const std::atomic<bool>* stop)
    : file_(std::move(file)), limits_(limits), ids_(ids), stop_(stop) {
  first_.id = ids_.next();
  first_.path = std::move(path);
}

const Item& Walker::item() const {
  if (!stack_.empty()) return stack_.back()->item;
  return started_ ? none_ : first_;
}

void Walker::push(std::string path, std::unique_ptr<ByteSource> origin,
                  FileAttributes attributes) {
  auto frame = std::make_unique<Frame>();
  if (stack_.empty()) {
    frame->item = std::exchange(first_, Item());
  } else {
    frame->item.id = ids_.next();
    frame->item.path = std::move(path);
  }
  frame->item.attributes = std::move(attributes);
  frame->origin = std::move(origin);
  frame->stream = std::make_unique<ItemStream>(*frame->origin);
  stack_.push_back(std::move(frame));
}

bool Walker::next_item() {
  if (!started_) {
    started_ = true;
    push({}, std::make_unique<FileOrigin>(*this), file_.attributes());
    begin_item();
    return true;
  }
  if (!stack_.empty() && !stack_.back()->is_container()) finish_top();
  while (!stack_.empty()) {
    if (next_member()) return true;
    finish_top();
  }
  return false;
}

// Delivers the next member of the archive on top of the stack. False if there is none.
bool Walker::next_member() {
  Frame& archive = *stack_.back();
  while (!archive.stopped) {
    if (!archive.member_is_pending) {
      const StepResult result = next_header(archive);
      if (archive.stopped) return false;
      if (result == StepResult::kEnd) {
        note_damage_before_end(archive);
        return false;
      }
      if (result == StepResult::kBroken &&
          (reopen_behind_damage(archive) || go_on_from_front(archive)))
        continue;
      if (result == StepResult::kBroken) {
        stop_broken(archive);
        return false;
      }
      ++archive.headers_count;
    }
    archive.member_is_pending = false;
    archive.member_over = false;
    shorten_name(archive);
    note_odd_header(archive);
    if (was_delivered(archive)) continue;
    if (!count_entry(archive.member)) return false;
    if (enter_member(archive)) return true;
  }
  return false;
}

// Reads the next header. What is unpacked on the way to it counts against the limits.
StepResult Walker::next_header(Frame& archive) {
  ArchiveReader& reader = *archive.reader;
  const std::uint64_t allowance = allowance_bytes(stack_.size() - 1);
  const StepResult result = reader.next(archive.member, allowance);
  const bool exceeded = result == StepResult::kBroken && reader.passed_over_exceeded();
  const std::uint64_t spent =
      exceeded ? std::max(allowance, reader.passed_over_bytes()) : reader.passed_over_bytes();
  for (const auto& frame : stack_) frame->unpacked_bytes += spent;
  if (exceeded) cut_at_limit(stack_.size() - 1);
  return result;
}

void Walker::note_odd_header(Frame& archive) {
  ArchiveReader& reader = *archive.reader;
  if (reader.message().empty()) return;
  add_gap(archive, GapKind::kDamaged, packed_place(archive),
          fmt::format("The header of member {} ({}) is odd, or bytes in front of it are damaged "
                      "({}); reading went on.",
                      archive.headers_count, in_gap(archive.member.path), reader.message()));
  reader.forget_message();
}

// Bytes that were passed over in the search for a further header, and there was none.
void Walker::note_damage_before_end(Frame& archive) {
  if (archive.reader->message().empty()) return;
  add_gap(archive, archive.reader->gap_kind(), packed_place(archive),
          fmt::format("In front of its end the archive is damaged ({}); {} members were found "
                      "before.",
                      archive.reader->message(), archive.headers_count));
}

std::uint64_t Walker::packed_place(const Frame& archive) {
  return archive.form.by_directory ? 0 : archive.reader->packed_position_bytes();
}

// Looks at the header just read. True if the member became the current item.
bool Walker::enter_member(Frame& archive) {
  const Member& member = archive.member;
  switch (member.kind) {
    case Member::Kind::kFolder: return false;
    case Member::Kind::kHardLink:
      // Its bytes were delivered under the name it points to; a folder would list it once, too.
      if (archive.names.contains(member_path(member.link_target))) return false;
      [[fallthrough]];
    case Member::Kind::kSymbolicLink:
    case Member::Kind::kSpecial:
      pass_over(archive, kind_word(member.kind));
      return false;
    case Member::Kind::kFile: break;
  }
  if (member.encrypted) {
    add_encrypted(archive);
    return false;
  }
  std::string name;
  if (is_stream(archive.form.outer) && archive.form.inner == Packing::kNone) {
    name = unpacked_name(archive.item.path, archive.form.outer);
  } else {
    name = archive.unique_name(
        member.path.empty() ? fmt::format("unnamed-{}", archive.headers_count) : member.path);
  }
  archive.member_bytes = 0;
  archive.member_packed_begin = archive.reader->packed_position_bytes();
  push(fmt::format("{}!/{}", archive.item.path, name),
       std::make_unique<MemberOrigin>(*this, stack_.size() - 1), attributes_of(archive));
  begin_item();
  return true;
}

// Of a zip libarchive would take the times of no known zone for those of this machine's.
FileAttributes Walker::attributes_of(Frame& archive) {
  const bool is_in_zip = archive.form.outer == Packing::kZip;
  if (!is_in_zip) {
    FileAttributes attributes = archive.member.attributes;
    if (!archive.member.owner_name.empty())
      attributes.owner_name = kept_name(archive.member.owner_name);
    return attributes;
  }
  const std::uint64_t number = archive.headers_count - 1;
  if (!archive.form.by_directory || number >= archive.zip_places.size()) return {};
  return zip_attributes(*archive.stream, archive.zip_places[static_cast<std::size_t>(number)],
                        archive.stored_name);
}

std::shared_ptr<const std::string> Walker::kept_name(std::string name) {
  shorten(name, static_cast<std::size_t>(limits_.name_bytes));
  if (last_owner_ == nullptr || *last_owner_ != name)
    last_owner_ = std::make_shared<const std::string>(std::move(name));
  return last_owner_;
}

std::optional<std::uint64_t> Walker::stated_size_bytes() const {
  if (stack_.empty() || is_container()) return std::nullopt;
  if (stack_.size() == 1) return file_.size_bytes();
  return stack_[stack_.size() - 2]->member.size_bytes;
}

void Walker::add_weak_digests(bool md5, bool sha1, Bytes read) {
  if (!stack_.empty()) stack_.back()->stream->add_weak_digests(md5, sha1, read);
}

void Walker::pass_over(Frame& archive, std::string_view what) {
  const Member& member = archive.member;
  std::string target;
  if (!member.link_target.empty()) target = fmt::format(" to {}", in_gap(member.link_target));
  add_gap(
      archive, GapKind::kUnsupported, 0,
      fmt::format("Member {} is a {}{}; it was not followed.", in_gap(member.path), what, target));
}

void Walker::add_encrypted(Frame& archive) {
  Frame encrypted;  // never on the stack: there is nothing to read
  encrypted.item.id = ids_.next();
  encrypted.item.path =
      fmt::format("{}!/{}", archive.item.path, archive.unique_name(archive.member.path));
  encrypted.item.type = "encrypted";
  encrypted.item.size_bytes = archive.member.size_bytes.value_or(0);
  encrypted.item.unread_bytes = encrypted.item.size_bytes;
  add_gap(encrypted, GapKind::kUnsupported, 0,
          fmt::format("Member {} is encrypted and was not read; decrypt the archive and hand it "
                      "over again.",
                      in_gap(encrypted.item.path)));
  finished_.push_back(std::move(encrypted.item));
}

// Counts a member for every archive it is in, one with a long name for several: names are kept
// until the end of the hunt. False if one of the archives has too many.
bool Walker::count_entry(const Member& member) {
  constexpr std::size_t kOrdinaryNameBytes = 256;
  const std::uint64_t weight = 1 + member.path.size() / kOrdinaryNameBytes;
  for (std::size_t i = 0; i < stack_.size(); ++i) {
    if (stack_[i]->entries_weight < limits_.archive_entries) continue;
    stop_at_limit(i, fmt::format("archive-entries ({})", limits_.archive_entries));
    return false;
  }
  for (const auto& frame : stack_) {
    ++frame->entries_count;
    frame->entries_weight += weight;
  }
  const std::uint64_t next_id = ids_.count();
  // Ids have 32 bits; other threads may take some while we look.
  constexpr std::uint64_t kIdsMax = std::numeric_limits<std::uint32_t>::max() - 1'000'000U;
  const std::uint64_t items = std::min(limits_.items, kIdsMax);
  if (next_id < items) return true;
  ids_.note_refusal();
  stop_at_limit(0, fmt::format("items ({})", items));
  return false;
}

// Names are kept until the end of the hunt, and a packed archive has as long ones as it likes.
void Walker::shorten_name(Frame& archive) {
  if (archive.form.outer == Packing::kZip) archive.stored_name = archive.member.path;
  const std::size_t size_bytes = archive.member.path.size();
  shorten(archive.member.link_target, static_cast<std::size_t>(limits_.path_bytes));
  if (!shorten(archive.member.path, static_cast<std::size_t>(limits_.path_bytes))) return;
  add_gap(archive, GapKind::kLimit, packed_place(archive),
          fmt::format("The name of member {} has {} bytes; more than the limit path-bytes ({}) are "
                      "not kept of it.",
                      archive.headers_count, size_bytes, limits_.path_bytes));
}

void Walker::stop_broken(Frame& archive) {
  archive.stopped = true;
  std::string what =
      fmt::format("The archive cannot be read further ({}); {} members were found before.",
                  archive.reader->message(), archive.headers_count);
  const std::uint64_t place = packed_place(archive);
  if (!is_stream(archive.form.outer)) {
    add_gap(archive, archive.reader->gap_kind(), place, std::move(what));
    return;
  }
  archive.stream->drain();  // how much there is
  const std::uint64_t size = archive.stream->taken_bytes();
  const std::uint64_t lost = size - std::min(size, place);
  // Of gzip everything in front of the cut is handed out (gzip_source.h).
  if (archive.form.outer != Packing::kGzip) {
    what += fmt::format(
        " Of {} packed bytes about the last {}, a block more or less, were not unpacked.", size,
        lost);
  } else if (lost > 0) {
    what += fmt::format(" Of {} packed bytes the last {} were not unpacked.", size, lost);
  }
  add_gap(archive, archive.reader->gap_kind(), place, std::move(what), lost);
}

// Completes the item on top of the stack and takes it off.
void Walker::finish_top() {
  Frame& frame = *stack_.back();
  if (frame.is_container()) {
    finish_archive(frame);
  } else if (!frame.over) {
    frame.stream->drain();
  }
  if (stack_.size() == 1) {
    const auto change = file_.change(frame.stream->taken_bytes());
    if (change && !file_failed_) add_gap(frame, change->kind, change->offset_bytes, change->what);
    if (frame.stream->taken_bytes() < file_.size_bytes()) frame.whole = false;
    consumed_bytes_.store(file_.size_bytes(), std::memory_order_relaxed);
  }
  const std::uint64_t listed = limits_.gaps_per_item;
  if (frame.gaps_count > listed) {
    Gap rest;
    rest.where.item = frame.item.id;
    rest.kind = GapKind::kLimit;
    rest.what = fmt::format("The limit gaps-per-item ({}) was reached: {} more gaps of this item "
                            "are not listed.",
                            listed, frame.gaps_count - listed);
    gaps_.push_back(std::move(rest));
  }
  frame.item.size_bytes = frame.stream->taken_bytes();
  if (frame.whole) {
    frame.item.sha256 = frame.stream->finish_digest();
    frame.item.weak_digests = frame.stream->finish_weak_digests();
  }
  if (frame.is_container()) {
    const std::uint64_t read = frame.stopped
                                   ? std::min(packed_place(frame), frame.item.size_bytes)
                                   : frame.item.size_bytes - frame.unclaimed_bytes;
    frame.item.read_bytes = read;
    frame.item.unread_bytes = frame.item.size_bytes - read;
  }
  finished_.push_back(std::move(frame.item));
  stack_.pop_back();
}

// Reads what the unpacker did not need, for the digest, and says so if it was more than padding.
void Walker::finish_archive(Frame& archive) {
  if (archive.form.by_directory) {
    if (archive.form.outer == Packing::kZip) note_unclaimed(archive);
    return;
  }
  archive.stream->drain();
  if (const std::string_view denial = archive.reader->denial(); !denial.empty()) {
    add_gap(archive, GapKind::kDamaged, 0,
            fmt::format("What was unpacked differs from what was packed ({}).", denial));
  }
  if (archive.stopped || !archive.whole) return;
  const bool is_zip = archive.form.outer == Packing::kZip;
  const std::optional<std::uint64_t> end =
      is_zip ? end_of_front_read_zip(archive)
             : std::optional(archive.reader->packed_position_bytes());
  const std::uint64_t content_end = archive.stream->content_end_bytes();
  if (!end || content_end <= *end) return;
  if (is_zip) archive.unclaimed_bytes += content_end - *end;
  add_gap(archive, GapKind::kDamaged, *end,
          fmt::format("{} bytes stand behind the end of the archive; they were not unpacked.",
                      content_end - *end),
          is_zip ? content_end - *end : 0);
}

std::size_t Walker::read(std::span<std::byte> into) {
  if (stack_.empty() || is_container() || into.empty()) return 0;
  Frame& frame = *stack_.back();
  if (frame.over) return 0;
  const std::size_t got = frame.stream->read(into);
  frame.over = got < into.size();
  return got;
}

std::size_t Walker::read_file(std::uint64_t offset_bytes, std::span<std::byte> into) {
  if (file_failed_ || (stop_ != nullptr && *stop_)) return 0;
  const FileSource::Outcome outcome = file_.read_at(offset_bytes, into);
  if (outcome.error_number != 0) {
    file_failed_ = true;
    Frame& frame = *stack_.front();
    frame.whole = false;
    add_gap(frame, GapKind::kUnreadable, offset_bytes + outcome.bytes,
            fmt::format("Reading failed at byte {}: {}; the rest of the file was not read.",
                        offset_bytes + outcome.bytes,
                        std::generic_category().message(outcome.error_number)));
  }
  advance_progress(offset_bytes, outcome.bytes);
  return outcome.bytes;
}

void Walker::advance_progress(std::uint64_t offset_bytes, std::size_t got) {
  std::uint64_t consumed = offset_bytes + got;
  if (phase_ == Phase::kHashing) consumed /= 2;
  if (phase_ == Phase::kAnyOrder) {
    any_order_bytes_ += got;
    consumed = file_.size_bytes() / 2 + std::min(any_order_bytes_, file_.size_bytes()) / 2;
  }
  const std::uint64_t before = consumed_bytes_.load(std::memory_order_relaxed);
  consumed_bytes_.store(std::max(before, consumed), std::memory_order_relaxed);
}

std::uint64_t Walker::allowance_bytes(std::size_t archive_index) const {
  std::uint64_t allowance = stack_[archive_index]->member_allowance_bytes(limits_);
  for (std::size_t i = 0; i <= archive_index; ++i)
    allowance = std::min(allowance, stack_[i]->allowance_bytes(limits_));
  return allowance;
}

// The next bytes of the current member of an archive, within the limits of all archives around it.
std::size_t Walker::read_member(std::size_t archive_index, std::span<std::byte> into) {
  Frame& archive = *stack_[archive_index];
  std::size_t done = 0;
  while (done < into.size() && !archive.stopped && !archive.member_over) {
    const std::span<std::byte> rest = into.subspan(done, std::min(kDrainBytes, into.size() - done));
    const std::uint64_t allowance = allowance_bytes(archive_index);
    if (allowance == 0 && archive.reader->has_more()) {
      cut_at_limit(archive_index);
      break;
    }
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(allowance, rest.size()));
    const std::size_t got = archive.reader->read(rest.first(want));
    done += got;
    archive.member_bytes += got;
    for (std::size_t i = 0; i <= archive_index; ++i) stack_[i]->unpacked_bytes += got;
    const bool is_over = got < want || want == 0;
    if (is_over && !archive.stopped) end_member(archive_index);
  }
  return done;
}

// The member ended or failed; what the decoder says about it becomes a gap of the member.
void Walker::end_member(std::size_t archive_index) {
  Frame& archive = *stack_[archive_index];
  Frame& member = *stack_[archive_index + 1];
  ArchiveReader& reader = *archive.reader;
  archive.member_over = true;
  const bool ended = reader.step() == StepResult::kEnd;
  const std::uint64_t size = archive.member.size_bytes.value_or(archive.member_bytes);
  if (!ended) {
    archive.member_broken = reader.step() == StepResult::kBroken;
    member.whole = false;
    add_gap(member, reader.gap_kind(), archive.member_bytes,
            fmt::format("The member cannot be unpacked further ({}); {} bytes were read.",
                        reader.message(), archive.member_bytes));
  } else if (archive.member_bytes != size) {
    member.whole = false;
    add_gap(member, archive.member_bytes < size ? GapKind::kTruncated : GapKind::kDamaged,
            archive.member_bytes,
            fmt::format("The archive states {} bytes for this member and gives {}.", size,
                        archive.member_bytes));
  } else if (!reader.message().empty()) {
    add_gap(member, reader.gap_kind(), 0,
            fmt::format("The member was unpacked to its end but is damaged ({}).",
                        reader.message()));
  }
}

void Walker::cut_at_limit(std::size_t archive_index) {
  for (std::size_t i = 0; i <= archive_index; ++i) {
    const Frame& archive = *stack_[i];
    if (archive.allowance_bytes(limits_) > 0) continue;
    const bool is_ratio = archive.unpacked_bytes < limits_.archive_bytes;
    stop_at_limit(i, is_ratio ? fmt::format("archive-ratio ({})", limits_.archive_ratio)
                              : fmt::format("archive-bytes ({})", limits_.archive_bytes));
    return;
  }
  cut_member_at_ratio(archive_index);
}

// One member is a bomb; those beside it are not to blame.
void Walker::cut_member_at_ratio(std::size_t archive_index) {
  Frame& archive = *stack_[archive_index];
  // Without a directory the end of the member is only found by unpacking it.
  if (!archive.form.by_directory) {
    stop_at_limit(archive_index, fmt::format("archive-ratio ({})", limits_.archive_ratio));
    return;
  }
  Frame& member = *stack_[archive_index + 1];
  const std::string limit = fmt::format("archive-ratio ({})", limits_.archive_ratio);
  archive.member_over = true;
  member.whole = false;
  member.stopped = true;
  add_gap(member, GapKind::kLimit, archive.member_bytes,
          fmt::format("The limit {} was reached: {} bytes of this member were unpacked, the rest "
                      "was not read.",
                      limit, archive.member_bytes));
  stop_inside(archive_index + 1, limit);
}

// Ends the unpacking of one archive and of everything open inside it.
void Walker::stop_at_limit(std::size_t archive_index, const std::string& limit) {
  Frame& archive = *stack_[archive_index];
  add_gap(archive, GapKind::kLimit,
          packed_place(archive),
          fmt::format("The limit {} was reached after {} members and {} bytes unpacked from {}; "
                      "the rest of the archive was not read.",
                      limit, archive.entries_count, archive.unpacked_bytes,
                      archive.packed_bytes()));
  archive.stopped = true;
  stop_inside(archive_index, limit);
}

// Nothing more comes to what is open inside an item that was stopped.
void Walker::stop_inside(std::size_t index, const std::string& limit) {
  for (std::size_t i = index + 1; i < stack_.size(); ++i) {
    Frame& inner = *stack_[i];
    inner.stopped = true;
    inner.whole = false;
    add_gap(inner, GapKind::kLimit, inner.stream->taken_bytes(),
            fmt::format("The limit {} of {} was reached: the rest of this item was not read.",
                        limit, in_gap(stack_[index]->item.path)));
  }
}

void Walker::add_gap(Frame& frame, GapKind kind, std::uint64_t offset_bytes, std::string what,
                     std::uint64_t length_bytes) {
  if (++frame.gaps_count > limits_.gaps_per_item) return;
  Gap gap;
  gap.where.item = frame.item.id;
  gap.where.offset_bytes = offset_bytes;
  gap.where.length_bytes = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(length_bytes, std::numeric_limits<std::uint32_t>::max()));
  gap.kind = kind;
  gap.what = std::move(what);
  gaps_.push_back(std::move(gap));
}

}  // namespace pugmark::unpack
