#include "events/evtx/chunk.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>

#include "events/evtx/format.h"

namespace pugmark::evtx {
namespace {

constexpr std::size_t kFreeOffsetAt = 48;
constexpr std::size_t kRecordsChecksumAt = 52;
constexpr std::size_t kHeaderChecksumAt = 124;
constexpr std::size_t kCheckedHeadBytes = 120;   // of the header, the checksum covers these
constexpr std::size_t kCheckedTablesAt = 128;    // and everything from here on

std::uint32_t header_checksum(Bytes chunk) {
  const std::uint32_t crc = libdeflate_crc32(0, chunk.data(), kCheckedHeadBytes);
  return libdeflate_crc32(crc, chunk.data() + kCheckedTablesAt,
                          kChunkHeaderBytes - kCheckedTablesAt);
}

bool all_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

void ChunkDecoder::gap(std::size_t at, std::size_t length, GapKind kind, std::string what) {
  batch_.gaps().push_back({{place_.offset_bytes + at, place_.item,
                            static_cast<std::uint32_t>(length)},
                           kind,
                           std::move(what)});
}

void ChunkDecoder::run() {
  if (bytes_.empty()) return;
  const bool has_magic = as_text(bytes_).starts_with(kChunkMagic);
  if (!has_magic && (!place_.expected || all_zero(bytes_))) {
    // Never used, or no longer: not part of the log.
    if (place_.carve) {
      records_.begin_chunk(bytes_);
      carve(0);
    }
    return;
  }
  if (bytes_.size() < kChunkHeaderBytes) {
    gap(0, bytes_.size(), GapKind::kTruncated, "The item ends inside the header of a chunk.");
    return;
  }
  records_.begin_chunk(bytes_);
  end_ = bytes_.size();
  if (has_magic) read_header();
  const std::size_t gap_index = batch_.gaps().size();
  walk();
  if (!has_magic) {
    const std::size_t length = any_record_ ? kChunkHeaderBytes : bytes_.size();
    if (!any_record_) batch_.gaps().resize(gap_index);  // one gap says it all
    gap(0, length, GapKind::kDamaged,
        any_record_ ? "A chunk does not begin with \"ElfChnk\"; its records were read by their own "
                      "signatures."
                    : "A chunk does not begin with \"ElfChnk\" and has no readable record.");
  }
  if (place_.carve && walked_to_ < bytes_.size()) carve(walked_to_);
  report_limits();
}

void ChunkDecoder::read_header() {
  const auto stored = load_le<std::uint32_t>(bytes_.data() + kHeaderChecksumAt);
  const std::uint32_t computed = header_checksum(bytes_);
  const std::size_t free_offset = load_le<std::uint32_t>(bytes_.data() + kFreeOffsetAt);
  if (stored != computed) {
    gap(0, kChunkHeaderBytes, GapKind::kDamaged,
        fmt::format("The checksum of a chunk header is 0x{:08x}, its bytes give 0x{:08x}; the "
                    "chunk's records were read by their own signatures.",
                    stored, computed));
    return;
  }
  if (free_offset < kChunkHeaderBytes || free_offset > kChunkBytes) {
    gap(0, kChunkHeaderBytes, GapKind::kDamaged,
        fmt::format("A chunk header puts the end of its records at {}, outside the chunk; they "
                    "were read by their own signatures.",
                    free_offset));
    return;
  }
  header_sound_ = true;
  batch_.understood_bytes += kChunkHeaderBytes;
  records_missing_ = free_offset > bytes_.size();
  end_ = std::min(free_offset, bytes_.size());
  if (!records_missing_) check_records_checksum(free_offset);
}

void ChunkDecoder::check_records_checksum(std::size_t free_offset) {
  const auto stored = load_le<std::uint32_t>(bytes_.data() + kRecordsChecksumAt);
  const std::uint32_t computed = libdeflate_crc32(0, bytes_.data() + kChunkHeaderBytes,
                                                  free_offset - kChunkHeaderBytes);
  if (stored == computed) return;
  gap(kChunkHeaderBytes, 0, GapKind::kDamaged,
      fmt::format("The checksum of a chunk's records is 0x{:08x}, their bytes give 0x{:08x}: some "
                  "were changed after they were written; all that can be read were read.",
                  stored, computed));
}

bool ChunkDecoder::is_sound(std::size_t at, RecordBytes& record) const {
  if (!contains_range(bytes_, at, kRecordBytesMin)) return false;
  const std::byte* head = bytes_.data() + at;
  if (load_le<std::uint32_t>(head) != kRecordMagic) return false;
  const std::size_t size = load_le<std::uint32_t>(head + 4);
  if (size < kRecordBytesMin || size > bytes_.size() - at) return false;
  record = {at, size, load_le<std::uint64_t>(head + 8), load_le<std::uint64_t>(head + 16)};
  return load_le<std::uint32_t>(head + size - 4) == size;
}

// A record whose size is right, by what follows it, although its copy behind the record is not.
bool ChunkDecoder::has_only_wrong_copy(std::size_t at) const {
  RecordBytes record;
  if (is_sound(at, record) || record.size == 0) return false;
  RecordBytes next;
  return (header_sound_ && at + record.size == end_) || is_sound(at + record.size, next);
}

std::size_t ChunkDecoder::find_sound(std::size_t from, std::size_t end) const {
  constexpr std::string_view kMagic{"\x2A\x2A\0\0", 4};
  const std::string_view text = as_text(bytes_.first(end));
  for (std::size_t at = text.find(kMagic, from); at != std::string_view::npos;
       at = text.find(kMagic, at + 1)) {
    RecordBytes record;
    if (is_sound(at, record) && at + record.size <= end) return at;
  }
  return end;
}

// A log that was copied while in use: records may stand behind the end the header still knows.
// Records left from an earlier life of the chunk have other numbers.
bool ChunkDecoder::goes_on_behind_end(std::size_t at) const {
  RecordBytes record;
  return any_record_ && is_sound(at, record) && record.record_id == last_record_id_ + 1;
}

void ChunkDecoder::walk() {
  std::size_t at = kChunkHeaderBytes;
  RecordBytes record;
  while (at < bytes_.size()) {
    if (header_sound_ && at >= end_ && !goes_on_behind_end(at)) break;
    if (is_sound(at, record)) {
      at = read_record(at, record.size);
    } else if (has_only_wrong_copy(at)) {
      const std::size_t size = load_le<std::uint32_t>(bytes_.data() + at + 4);
      gap(at + size - 4, 4, GapKind::kDamaged,
          "The second copy of a record's size differs from the first; the record was read.");
      at = read_record(at, size);
    } else {
      const std::size_t next = skip_damage(at);
      if (next == at) break;
      at = next;
    }
  }
  walked_to_ = at;
  if (bytes_.size() == kChunkBytes || !header_sound_) return;
  if (!batch_.gaps().empty() && batch_.gaps().back().kind == GapKind::kTruncated) return;
  gap(bytes_.size(), 0, GapKind::kTruncated,
      records_missing_
          ? "The item ends inside a chunk; the chunk header speaks of more records."
          : "The item ends inside a chunk, behind all records that its header speaks of.");
}

// Reads the record of `size` bytes at `at`; returns where the next one begins.
std::size_t ChunkDecoder::read_record(std::size_t at, std::size_t size) {
  const std::byte* head = bytes_.data() + at;
  const RecordBytes record{at, size, load_le<std::uint64_t>(head + 8),
                           load_le<std::uint64_t>(head + 16)};
  any_record_ = true;
  last_record_id_ = record.record_id;
  Event event;
  if (const Reason reason = records_.decode(record, false, batch_.arena(), event)) {
    gap(at, size, reason.is_limit() ? GapKind::kLimit : GapKind::kDamaged,
        fmt::format("Record {} cannot be read: {}. It was skipped.", record.record_id,
                    reason.what()));
    return at + size;
  }
  event.where = {place_.offset_bytes + at, place_.item, static_cast<std::uint32_t>(size)};
  batch_.mutable_events().push_back(event);
  batch_.understood_bytes += size;
  if (place_.carve) record_offsets_.push_back(at);
  return at + size;
}

// Bytes at `at` are no record. Reports them and returns where the next record begins, or `at` if
// there is none in the rest of the chunk.
std::size_t ChunkDecoder::skip_damage(std::size_t at) {
  const std::size_t end = header_sound_ ? end_ : bytes_.size();
  std::size_t next = find_sound(at + 1, end);
  if (!header_sound_ && any_record_ && next != end &&
      load_le<std::uint64_t>(bytes_.data() + next + 8) <= last_record_id_)
    next = end;  // numbers that go back: left from an earlier life of the chunk
  if (next != end) {
    gap(at, next - at, GapKind::kDamaged,
        "Here should be a record; what is here has no sound record header. Reading went on at the "
        "next record.");
    return next;
  }
  const bool record_begins = bytes_.size() - at >= 4 &&
                             load_le<std::uint32_t>(bytes_.data() + at) == kRecordMagic;
  if (header_sound_ || record_begins || !any_record_) {
    const bool truncated = bytes_.size() < kChunkBytes && end == bytes_.size();
    gap(at, end - at, truncated ? GapKind::kTruncated : GapKind::kDamaged,
        truncated ? "The item ends inside a record."
                  : "Here should be a record; no sound record follows in this chunk.");
  }
  return header_sound_ && at < end ? end : at;
}

void ChunkDecoder::carve(std::size_t from) {
  std::size_t bytes_tried = 0;
  std::size_t at = find_sound(from, bytes_.size());
  while (at < bytes_.size()) {
    RecordBytes record;
    is_sound(at, record);
    bytes_tried += record.size;
    // Sound-looking records inside one another could have the same bytes read again and again.
    if (bytes_tried > records_.limits().chunk_carved_bytes) {
      gap(at, bytes_.size() - at, GapKind::kLimit,
          "The unused part of a chunk holds more overlapping records than limit "
          "chunk-carved-bytes; the rest was not searched.");
      return;
    }
    Event event;
    if (!records_.decode(record, true, batch_.arena(), event)) {
      add_carved(record, event);
      at = find_sound(at + record.size, bytes_.size());
    } else {
      at = find_sound(at + 1, bytes_.size());
    }
  }
}

void ChunkDecoder::add_carved(const RecordBytes& record, Event event) {
  event.recovered = true;
  event.where = {place_.offset_bytes + record.offset, place_.item,
                 static_cast<std::uint32_t>(record.size)};
  batch_.understood_bytes += record.size;
  record_offsets_.push_back(record.offset);
  if (is_copy(record)) {
    ++batch_.copies_count;
  } else {
    batch_.mutable_events().push_back(event);
  }
}

// A chunk is written over a copy of the chunk before it: the same bytes at the same offset are no
// second event. That one was read there, as an event or as a copy in its turn.
bool ChunkDecoder::is_copy(const RecordBytes& record) const {
  return contains_range(before_.bytes, record.offset, record.size) &&
         as_text(before_.bytes.subspan(record.offset, record.size)) ==
             as_text(bytes_.subspan(record.offset, record.size)) &&
         std::ranges::binary_search(before_.record_offsets, record.offset);
}

void ChunkDecoder::report_limit(const LimitReached& reached, const char* limit,
                                const char* consequence) {
  if (reached.records_count == 0) return;
  gap(reached.first_offset, 0, GapKind::kLimit,
      fmt::format("Limit {} was reached by {} record(s) of this chunk, here first: {}.", limit,
                  reached.records_count, consequence));
}

void ChunkDecoder::report_limits() {
  const ChunkLimits& reached = records_.limits_reached();
  report_limit(reached.fields_per_event, "fields-per-event", "further fields were left out");
  report_limit(reached.values_per_field, "values-per-field", "further values were left out");
  report_limit(reached.field_names, "field-names", "fields with new names were left out");
  report_limit(reached.shapes, "shapes", "their kinds are no longer told apart, all were read");
  report_limit(reached.text_bytes, "chunk-text-bytes", "texts of many parts were left out");
}

}  // namespace pugmark::evtx
