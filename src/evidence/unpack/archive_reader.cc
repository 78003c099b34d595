#include "evidence/unpack/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "evidence/unpack/gzip_source.h"

namespace pugmark::unpack {
namespace {

constexpr std::size_t kPackedBlockBytes = std::size_t{64} << 10U;
// libarchive may ask to try again; a hostile file must not make that endless.
constexpr int kRetriesMax = 16;

// libarchive turns names into the character set of the thread's locale. Names must not depend on
// the user's settings, so this thread speaks UTF-8 while libarchive runs.
class Utf8Locale {
 public:
  Utf8Locale() : before_(utf8() != nullptr ? ::uselocale(utf8()) : nullptr) {}
  ~Utf8Locale() {
    if (before_ != nullptr) ::uselocale(before_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  static locale_t utf8() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }

  locale_t before_;
};

// libarchive may have to see a whole header at once, and believes whatever length it states: it
// would fill the memory with the archive. The most it rightly asks for is a block of RAR 5, 16 MiB.
// Of a 7z this is no question: seven_zip_directory.h.
constexpr std::uint64_t kAheadBytesMax = std::uint64_t{32} << 20U;

struct Feed {
  ByteSource* source = nullptr;
  bool seeks = false;
  bool bounds_ahead = true;
  std::uint64_t quota_bytes = std::numeric_limits<std::uint64_t>::max();  // that may still be read
  std::uint64_t position_bytes = 0;
  std::vector<std::byte> buffer;
};

la_ssize_t read_packed(struct archive* handle, void* context, const void** block) {
  auto& feed = *static_cast<Feed*>(context);
  if (feed.quota_bytes == 0) {
    archive_set_error(handle, EFBIG, "too much is unpacked between two members");
    return ARCHIVE_FATAL;
  }
  const la_int64_t used_bytes = archive_filter_bytes(handle, -1);
  if (feed.bounds_ahead && used_bytes >= 0 &&
      feed.position_bytes > static_cast<std::uint64_t>(used_bytes) &&
      feed.position_bytes - static_cast<std::uint64_t>(used_bytes) > kAheadBytesMax) {
    archive_set_error(handle, EFBIG, "a header is stated to be larger than any");
    return ARCHIVE_FATAL;
  }
  const std::size_t got = feed.seeks ? feed.source->read_at(feed.position_bytes, feed.buffer)
                                     : feed.source->read(feed.buffer);
  feed.position_bytes += got;
  feed.quota_bytes -= std::min<std::uint64_t>(feed.quota_bytes, got);
  *block = feed.buffer.data();
  return static_cast<la_ssize_t>(got);
}

la_int64_t skip_packed(struct archive* /*handle*/, void* context, la_int64_t request) {
  auto& feed = *static_cast<Feed*>(context);
  if (request <= 0) return 0;
  const std::uint64_t size = feed.source->size_bytes();
  const std::uint64_t left = size - std::min(size, feed.position_bytes);
  const std::uint64_t skipped = std::min(left, static_cast<std::uint64_t>(request));
  feed.position_bytes += skipped;
  return static_cast<la_int64_t>(skipped);
}

la_int64_t seek_packed(struct archive* /*handle*/, void* context, la_int64_t offset, int whence) {
  auto& feed = *static_cast<Feed*>(context);
  std::int64_t base = 0;
  if (whence == SEEK_CUR) base = static_cast<std::int64_t>(feed.position_bytes);
  if (whence == SEEK_END) base = static_cast<std::int64_t>(feed.source->size_bytes());
  std::int64_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0) return ARCHIVE_FATAL;
  feed.position_bytes = static_cast<std::uint64_t>(target);
  return target;
}

int enable_archive(struct archive* handle, const ArchiveReader::Form& form, Packing packing) {
  switch (packing) {
    case Packing::kZip:
      return form.by_directory ? archive_read_support_format_zip_seekable(handle)
                               : archive_read_support_format_zip_streamable(handle);
    case Packing::kSevenZip: return archive_read_support_format_7zip(handle);
    case Packing::kTar:
      archive_read_support_format_tar(handle);
      // What somebody appended behind the end mark is evidence too.
      return archive_read_set_format_option(handle, "tar", "read_concatenated_archives", "1");
    case Packing::kCpio: return archive_read_support_format_cpio(handle);
    case Packing::kAr: return archive_read_support_format_ar(handle);
    case Packing::kCab: return archive_read_support_format_cab(handle);
    case Packing::kRar: return archive_read_support_format_rar(handle);
    case Packing::kRar5: return archive_read_support_format_rar5(handle);
    default:
      // One member: whatever comes out of the decompressor, nothing included.
      archive_read_support_format_raw(handle);
      return archive_read_support_format_empty(handle);
  }
}

int stream_filter(Packing packing) {
  switch (packing) {
    case Packing::kBzip2: return ARCHIVE_FILTER_BZIP2;
    case Packing::kXz: return ARCHIVE_FILTER_XZ;
    case Packing::kZstd: return ARCHIVE_FILTER_ZSTD;
    case Packing::kLz4: return ARCHIVE_FILTER_LZ4;
    default: return ARCHIVE_FILTER_NONE;
  }
}

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

Member::Kind kind_of(struct archive_entry* entry, bool has_bytes) {
  // cpio puts the bytes of linked files at the last of their names: that one is a file.
  if (archive_entry_hardlink(entry) != nullptr && !has_bytes) return Member::Kind::kHardLink;
  switch (archive_entry_filetype(entry)) {
    // A folder has no bytes; what says it is one and has some would hide them.
    case AE_IFDIR: return has_bytes ? Member::Kind::kFile : Member::Kind::kFolder;
    case AE_IFLNK: return Member::Kind::kSymbolicLink;
    case AE_IFREG:
    case 0: return Member::Kind::kFile;
    // 7z notes that its input was a pipe, and has what came out of it.
    default:
      return has_bytes ? Member::Kind::kFile : Member::Kind::kSpecial;
  }
}

// Its error numbers do not tell these apart, only its words do.
GapKind kind_of_libarchive(std::string_view message) {
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  if (says("ncrypt") || says("assphrase")) return GapKind::kUnsupported;
  if (says("nsupported") || says("not supported")) return GapKind::kUnsupported;
  return says("runcated") ? GapKind::kTruncated : GapKind::kDamaged;
}

std::int64_t nanoseconds(std::int64_t seconds, long nanosecond) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  std::int64_t ns = 0;
  const bool is_lost = __builtin_mul_overflow(seconds, kNsPerSecond, &ns) ||
                       __builtin_add_overflow(ns, std::int64_t{nanosecond}, &ns);
  return is_lost ? FileAttributes::kNoTime : ns;
}

void take_times(struct archive_entry* entry, FileAttributes& into) {
  if (archive_entry_mtime_is_set(entry) != 0)
    into.modified_ns = nanoseconds(archive_entry_mtime(entry), archive_entry_mtime_nsec(entry));
  if (archive_entry_ctime_is_set(entry) != 0)
    into.changed_ns = nanoseconds(archive_entry_ctime(entry), archive_entry_ctime_nsec(entry));
  if (archive_entry_birthtime_is_set(entry) != 0)
    into.created_ns =
        nanoseconds(archive_entry_birthtime(entry), archive_entry_birthtime_nsec(entry));
  if (archive_entry_atime_is_set(entry) != 0)
    into.accessed_ns = nanoseconds(archive_entry_atime(entry), archive_entry_atime_nsec(entry));
}

// Which digits of a tar's times were written it does not say.
TimePrecision precision_of(struct archive_entry* entry, Packing packing) {
  if (packing == Packing::kSevenZip) return TimePrecision::kHundredNanoseconds;
  const bool has_digits = archive_entry_mtime_nsec(entry) != 0 ||
                          archive_entry_ctime_nsec(entry) != 0 ||
                          archive_entry_birthtime_nsec(entry) != 0 ||
                          archive_entry_atime_nsec(entry) != 0;
  return has_digits ? TimePrecision::kNanosecond : TimePrecision::kSecond;
}

// Of those whose times are in UTC. A single compressed file, zip, cab and older rar are not.
FileAttributes attributes_of(struct archive_entry* entry, Packing packing) {
  FileAttributes attributes;
  const bool is_unix =
      packing == Packing::kTar || packing == Packing::kCpio || packing == Packing::kAr;
  if (!is_unix && packing != Packing::kSevenZip && packing != Packing::kRar5) return attributes;
  using Source = FileAttributes::Source;
  attributes.source = packing == Packing::kTar        ? Source::kTar
                      : packing == Packing::kSevenZip ? Source::kSevenZip
                                                      : Source::kOther;
  take_times(entry, attributes);
  attributes.precision = precision_of(entry, packing);
  if (!is_unix) return attributes;
  attributes.mode = static_cast<std::uint16_t>(archive_entry_perm(entry) & 07777U);
  const la_int64_t owner = archive_entry_uid(entry);
  if (owner >= 0 && owner < FileAttributes::kNoOwner)
    attributes.owner_id = static_cast<std::uint32_t>(owner);
  return attributes;
}

Member describe(struct archive_entry* entry, Packing packing) {
  Member member;
  member.path = text_or_empty(archive_entry_pathname(entry));
  if (member.path.empty()) member.path = text_or_empty(archive_entry_pathname_utf8(entry));
  if (archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) >= 0)
    member.size_bytes = static_cast<std::uint64_t>(archive_entry_size(entry));
  member.kind = kind_of(entry, member.size_bytes.value_or(0) > 0);
  if (member.kind == Member::Kind::kHardLink)
    member.link_target = text_or_empty(archive_entry_hardlink(entry));
  if (member.kind == Member::Kind::kSymbolicLink)
    member.link_target = text_or_empty(archive_entry_symlink(entry));
  member.encrypted = archive_entry_is_encrypted(entry) != 0;
  member.attributes = attributes_of(entry, packing);
  if (packing == Packing::kTar) member.owner_name = text_or_empty(archive_entry_uname(entry));
  return member;
}

}  // namespace

// What the compression around a tar or cpio unpacks to. libarchive could peel both at once, but
// then nobody would see how much it unpacks in search of the next member.
class ArchiveReader::OuterSource final : public ByteSource {
 public:
  OuterSource(Packing outer, ByteSource& packed) : reader_({outer, Packing::kNone, false}, packed) {
    Member whole;
    opened_ = reader_.next(whole) == StepResult::kOk;
  }
  std::size_t read(std::span<std::byte> into) override { return opened_ ? reader_.read(into) : 0; }
  bool can_seek() const override { return false; }
  std::size_t read_at(std::uint64_t /*offset*/, std::span<std::byte> /*into*/) override {
    return 0;
  }
  std::uint64_t size_bytes() const override { return 0; }

  bool opened() const { return opened_; }
  bool broken() const { return reader_.step() >= StepResult::kFailed; }
  const ArchiveReader& reader() const { return reader_; }

 private:
  ArchiveReader reader_;
  bool opened_ = false;
};

struct ArchiveReader::Handle {
  struct archive* reader = archive_read_new();
  Feed feed;
  // In front of libarchive: the compression around an archive, or that of a single gzip file.
  std::unique_ptr<OuterSource> outer;
  std::optional<GzipSource> gzip;

  Handle() = default;
  ~Handle() {
    const Utf8Locale utf8;
    archive_read_free(reader);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
};

ArchiveReader::ArchiveReader(const Form& form, ByteSource& source)
    : handle_(std::make_unique<Handle>()), form_(form) {
  const Utf8Locale utf8;
  struct archive* reader = handle_->reader;
  Feed& feed = handle_->feed;
  feed.source = &source;
  const bool is_packed_archive = is_stream(form.outer) && form.inner != Packing::kNone;
  if (is_packed_archive) {
    handle_->outer = std::make_unique<OuterSource>(form.outer, source);
    feed.source = handle_->outer.get();
  } else if (form.outer == Packing::kGzip) {
    feed.source = &handle_->gzip.emplace(source);
  }
  feed.seeks = form.by_directory;
  feed.bounds_ahead = form.outer != Packing::kSevenZip;
  feed.buffer.resize(kPackedBlockBytes);
  int result = ARCHIVE_OK;
  if (is_stream(form.outer)) {
    const int filter = is_packed_archive ? ARCHIVE_FILTER_NONE : stream_filter(form.outer);
    if (filter != ARCHIVE_FILTER_NONE) result = archive_read_append_filter(reader, filter);
    if (result >= ARCHIVE_WARN) enable_archive(reader, form, form.inner);
  } else {
    enable_archive(reader, form, form.outer);
  }
  archive_read_set_read_callback(reader, read_packed);
  if (feed.seeks) {
    archive_read_set_seek_callback(reader, seek_packed);
    archive_read_set_skip_callback(reader, skip_packed);
  }
  archive_read_set_callback_data(reader, &feed);
  if (result >= ARCHIVE_WARN) result = archive_read_open1(reader);
  // A decompressor that fails in its first block leaves what looks like an empty stream.
  const std::optional<GzipSource>& gzip = handle_->gzip;
  bool failed_at_once = is_stream(form.outer) && archive_errno(reader) != 0;
  if (gzip) failed_at_once = gzip->given_bytes() == 0 && !gzip->failure().empty();
  if (is_packed_archive) failed_at_once = !handle_->outer->opened();
  if (result < ARCHIVE_WARN || failed_at_once) {
    note_message();
    step_ = StepResult::kBroken;
  }
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::note_message() {
  const std::optional<GzipSource>& gzip = handle_->gzip;
  // What libarchive says of bytes that break off is only a consequence.
  if (handle_->outer && handle_->outer->broken()) {
    const ArchiveReader& outer = handle_->outer->reader();
    set_message(outer.message(), outer.gap_kind());
  } else if (gzip && !gzip->failure().empty()) {
    set_message(gzip->failure(), gzip->failure_kind());
  } else {
    std::string words = text_or_empty(archive_error_string(handle_->reader));
    const GapKind kind = kind_of_libarchive(words);
    set_message(std::move(words), kind);
  }
  if (message_.empty()) message_ = "the decoder gives no reason";
}

void ArchiveReader::set_message(std::string message, GapKind kind) {
  message_ = std::move(message);
  gap_kind_ = kind;
}

StepResult ArchiveReader::next(Member& member, std::uint64_t passed_over_max) {
  if (!handle_->outer) return next(member);
  // A block more, because it may hold the next header.
  std::uint64_t quota = 0;
  if (__builtin_add_overflow(passed_over_max, kPackedBlockBytes, &quota)) quota = UINT64_MAX;
  const la_int64_t before = archive_filter_bytes(handle_->reader, 0);
  handle_->feed.quota_bytes = quota;
  const StepResult result = next(member);
  passed_over_exceeded_ = handle_->feed.quota_bytes == 0;
  handle_->feed.quota_bytes = std::numeric_limits<std::uint64_t>::max();
  const la_int64_t after = archive_filter_bytes(handle_->reader, 0);
  passed_over_bytes_ = after > before ? static_cast<std::uint64_t>(after - before) : 0;
  return result;
}

StepResult ArchiveReader::next(Member& member) {
  if (step_ == StepResult::kBroken) return step_;
  forget_message();
  if (ended_) return step_ = StepResult::kEnd;
  const Utf8Locale utf8;
  block_ = {};
  hole_bytes_ = 0;
  position_bytes_ = 0;
  for (int tries = 0; tries < kRetriesMax; ++tries) {
    struct archive_entry* entry = nullptr;
    const int result = archive_read_next_header(handle_->reader, &entry);
    ended_ = result == ARCHIVE_EOF;
    if (ended_) return step_ = StepResult::kEnd;
    if (result != ARCHIVE_OK) note_message();
    if (result == ARCHIVE_FATAL) return step_ = StepResult::kBroken;
    if (result == ARCHIVE_RETRY || entry == nullptr) continue;
    member = describe(entry, is_stream(form_.outer) ? form_.inner : form_.outer);
    return step_ = StepResult::kOk;
  }
  return step_ = StepResult::kBroken;
}

// libarchive takes the end of a single file for its right end; the decompressor knows better.
bool ArchiveReader::is_cut_off() const {
  return handle_->gzip && form_.inner == Packing::kNone && !handle_->gzip->failure().empty();
}

std::string_view ArchiveReader::denial() const {
  if (handle_->outer) return handle_->outer->reader().denial();
  return handle_->gzip ? std::string_view(handle_->gzip->denial()) : std::string_view();
}

// Makes block_ or hole_bytes_ non-empty. False at the end of the member or if it fails.
bool ArchiveReader::fetch_block() {
  if (step_ != StepResult::kOk) return false;
  const Utf8Locale utf8;
  // Empty blocks are legal, but a decoder that gives nothing for ever is not.
  constexpr int kEmptyBlocksMax = 1 << 20;
  int retries = 0;
  for (int tries = 0; tries < kEmptyBlocksMax; ++tries) {
    const void* data = nullptr;
    std::size_t length = 0;
    la_int64_t offset = static_cast<la_int64_t>(position_bytes_);
    const int result = archive_read_data_block(handle_->reader, &data, &length, &offset);
    if (result == ARCHIVE_EOF && is_cut_off()) {
      note_message();
      step_ = StepResult::kBroken;
      return false;
    }
    if (result == ARCHIVE_EOF) {
      step_ = StepResult::kEnd;
      // A sparse member of a tar ends with a hole.
      const bool is_tar = form_.outer == Packing::kTar || form_.inner == Packing::kTar;
      if (is_tar && offset > static_cast<la_int64_t>(position_bytes_))
        hole_bytes_ = static_cast<std::uint64_t>(offset) - position_bytes_;
      return hole_bytes_ > 0;
    }
    if (result != ARCHIVE_OK) note_message();
    if (result == ARCHIVE_RETRY && ++retries < kRetriesMax) continue;
    if (result < ARCHIVE_WARN) {
      step_ = result == ARCHIVE_FATAL ? StepResult::kBroken : StepResult::kFailed;
      return false;
    }
    if (offset > static_cast<la_int64_t>(position_bytes_))
      hole_bytes_ = static_cast<std::uint64_t>(offset) - position_bytes_;
    block_ = {static_cast<const std::byte*>(data), length};
    if (hole_bytes_ == 0 && block_.empty()) continue;
    productive_bytes_ = packed_position_bytes();
    return true;
  }
  set_message("the decoder gives no bytes and no end", GapKind::kDamaged);
  step_ = StepResult::kBroken;
  return false;
}

bool ArchiveReader::has_more() { return hole_bytes_ > 0 || !block_.empty() || fetch_block(); }

std::size_t ArchiveReader::read(std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size() && has_more()) {
    const std::span<std::byte> rest = into.subspan(done);
    std::size_t step = 0;
    if (hole_bytes_ > 0) {
      step = static_cast<std::size_t>(std::min<std::uint64_t>(hole_bytes_, rest.size()));
      std::memset(rest.data(), 0, step);
      hole_bytes_ -= step;
    } else {
      step = std::min(block_.size(), rest.size());
      std::memcpy(rest.data(), block_.data(), step);
      block_ = block_.subspan(step);
    }
    done += step;
    position_bytes_ += step;
  }
  return done;
}

std::uint64_t ArchiveReader::packed_position_bytes() const {
  if (handle_->outer) return handle_->outer->reader().packed_position_bytes();
  if (handle_->gzip) return handle_->gzip->used_bytes();
  // The other decompressors keep back what they have of a block that breaks off.
  if (step_ == StepResult::kBroken && is_stream(form_.outer)) return productive_bytes_;
  const la_int64_t position = archive_filter_bytes(handle_->reader, -1);
  return position > 0 ? static_cast<std::uint64_t>(position) : 0;
}

}  // namespace pugmark::unpack
