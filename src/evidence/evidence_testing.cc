#include "evidence/evidence_testing.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>

#include <filesystem>
#include <random>
#include <sstream>
#include <utility>

namespace pugmark::testing {
namespace {

la_ssize_t append_to(struct archive* /*writer*/, void* context, const void* data,
                     std::size_t length) {
  static_cast<std::string*>(context)->append(static_cast<const char*>(data), length);
  return static_cast<la_ssize_t>(length);
}

int set_format(struct archive* writer, std::string_view format) {
  if (format == "zip" || format == "zip-store") {
    const int result = archive_write_set_format_zip(writer);
    if (format == "zip-store") archive_write_zip_set_compression_store(writer);
    return result;
  }
  if (format == "7z") return archive_write_set_format_7zip(writer);
  if (format.starts_with("7z-")) {
    archive_write_set_format_7zip(writer);
    const std::string compression(format.substr(3));
    return archive_write_set_format_option(writer, "7zip", "compression", compression.c_str());
  }
  if (format == "tar") return archive_write_set_format_pax(writer);
  if (format == "ustar") return archive_write_set_format_ustar(writer);
  if (format == "v7tar") return archive_write_set_format_v7tar(writer);
  if (format == "gnutar") return archive_write_set_format_gnutar(writer);
  if (format == "cpio") return archive_write_set_format_cpio_newc(writer);
  if (format == "ar") return archive_write_set_format_ar_svr4(writer);
  return archive_write_set_format_raw(writer);
}

void describe(struct archive_entry* entry, const PackedMember& member) {
  archive_entry_set_pathname(entry, member.name.c_str());
  archive_entry_set_mtime(entry, member.modified_s, member.modified_ns);
  archive_entry_set_uid(entry, member.owner_id);
  if (!member.owner_name.empty()) archive_entry_set_uname(entry, member.owner_name.c_str());
  archive_entry_set_perm(entry, member.kind == 'd' ? 0755 : 0644);
  switch (member.kind) {
    case 'd': archive_entry_set_filetype(entry, AE_IFDIR); break;
    case 'p': archive_entry_set_filetype(entry, AE_IFIFO); break;
    case 's':
      archive_entry_set_filetype(entry, AE_IFLNK);
      archive_entry_set_symlink(entry, member.link_target.c_str());
      break;
    case 'h':
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_hardlink(entry, member.link_target.c_str());
      break;
    default:
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
  }
  for (const auto& [offset, length] : member.data_ranges)
    archive_entry_sparse_add_entry(entry, offset, length);
}

}  // namespace

std::string packed(std::string_view format, std::string_view filter,
                   const std::vector<PackedMember>& members, std::string_view passphrase) {
  // libarchive writes names in UTF-16 or UTF-8 only if the locale knows them.
  static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = ::uselocale(utf8);
  std::string out;
  struct archive* writer = archive_write_new();
  EXPECT_EQ(set_format(writer, format), ARCHIVE_OK);
  if (!filter.empty()) {
    EXPECT_EQ(archive_write_add_filter_by_name(writer, std::string(filter).c_str()), ARCHIVE_OK);
  }
  archive_write_set_bytes_in_last_block(writer, 1);
  if (!passphrase.empty()) {
    EXPECT_EQ(archive_write_set_options(writer, "zip:encryption=aes256"), ARCHIVE_OK);
    EXPECT_EQ(archive_write_set_passphrase(writer, std::string(passphrase).c_str()), ARCHIVE_OK);
  }
  EXPECT_EQ(archive_write_open(writer, &out, nullptr, append_to, nullptr), ARCHIVE_OK);
  for (const PackedMember& member : members) {
    struct archive_entry* entry = archive_entry_new();
    describe(entry, member);
    EXPECT_GE(archive_write_header(writer, entry), ARCHIVE_WARN) << archive_error_string(writer);
    if (member.kind == 'f' && !member.content.empty()) {
      EXPECT_GE(archive_write_data(writer, member.content.data(), member.content.size()), 0);
    }
    archive_entry_free(entry);
  }
  EXPECT_EQ(archive_write_close(writer), ARCHIVE_OK) << archive_error_string(writer);
  archive_write_free(writer);
  ::uselocale(before);
  return out;
}

::testing::AssertionResult lines_say(const std::string& text,
                                     const std::vector<std::string>& words) {
  std::istringstream lines(text);
  std::string line;
  std::size_t count = 0;
  while (std::getline(lines, line)) {
    if (count >= words.size() || line.find(words[count]) == std::string::npos)
      return ::testing::AssertionFailure() << "line " << count << " of:\n" << text;
    ++count;
  }
  if (count == words.size()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << words.size() << " lines expected:\n" << text;
}

std::string noise(std::size_t size_bytes, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string bytes(size_bytes, '\0');
  for (char& c : bytes) c = static_cast<char>(random() & 0xFFU);
  return bytes;
}

const Delivered& Walked::at(std::string_view path) const {
  for (const Delivered& delivered : items) {
    if (delivered.item.path == path) return delivered;
  }
  ADD_FAILURE() << "no item " << path;
  static const Delivered kNone;
  return kNone;
}

bool Walked::has(std::string_view path) const {
  for (const Item& item : finished) {
    if (item.path == path) return true;
  }
  return false;
}

std::string Walked::gaps_of(std::string_view path) const {
  std::string found;
  for (const Gap& gap : gaps) {
    for (const Item& item : finished) {
      if (item.id == gap.where.item && item.path == path)
        found += fmt::format("{}: {}\n", to_string(gap.kind), gap.what);
    }
  }
  return found;
}

std::string Walked::all_gaps() const {
  std::string found;
  for (const Gap& gap : gaps) {
    std::string path = "?";
    for (const Item& item : finished) {
      if (item.id == gap.where.item) path = item.path;
    }
    found += fmt::format("{}: {}: {}\n", path, to_string(gap.kind), gap.what);
  }
  return found;
}

namespace {

void walk_file(const EvidenceFile& file, const Limits& limits, std::size_t piece_bytes,
               ItemIds& ids, Walked& walked) {
  auto cursor = ItemCursor::open(file, limits, ids);
  ASSERT_TRUE(cursor.ok()) << cursor.error().message;
  ItemCursor walker = std::move(cursor).value();
  const std::size_t first = walked.items.size();
  std::vector<std::byte> piece(piece_bytes);
  while (walker.next_item()) {
    Delivered delivered;
    delivered.item = walker.item();
    delivered.is_container = walker.is_container();
    for (;;) {
      const std::size_t got = walker.read(piece);
      ASSERT_LE(got, piece.size());
      delivered.bytes += as_text(Bytes(piece).first(got));
      if (got < piece.size()) break;
    }
    walked.items.push_back(std::move(delivered));
  }
  for (Gap& gap : walker.take_gaps()) walked.gaps.push_back(std::move(gap));
  for (Item& item : walker.take_finished_items()) {
    for (std::size_t i = first; i < walked.items.size(); ++i) {
      Delivered& delivered = walked.items[i];
      if (delivered.item.id != item.id) continue;
      EXPECT_EQ(delivered.item.path, item.path);
      EXPECT_EQ(delivered.item.type, item.type);
      delivered.item = item;
    }
    walked.finished.push_back(std::move(item));
  }
  walked.consumed_bytes = walker.consumed_bytes();
  // Nothing delivered is ever lost, and what is said of it is true.
  for (std::size_t i = first; i < walked.items.size(); ++i) {
    const Delivered& delivered = walked.items[i];
    if (delivered.is_container) {
      EXPECT_TRUE(delivered.bytes.empty());
      continue;
    }
    EXPECT_EQ(delivered.item.size_bytes, delivered.bytes.size()) << delivered.item.path;
    if (delivered.item.sha256) {
      EXPECT_EQ(*delivered.item.sha256, sha256(as_bytes(delivered.bytes))) << delivered.item.path;
    }
  }
}

}  // namespace

Walked walk(const std::string& path, const Limits& limits, std::size_t piece_bytes) {
  Walked walked;
  ItemIds ids;
  walk_file({path, 0, false}, limits, piece_bytes, ids, walked);
  return walked;
}

Walked walk_all(const std::vector<std::string>& paths, const Limits& limits) {
  Walked walked;
  ItemIds ids;
  auto listing = list_evidence(paths, limits, ids);
  EXPECT_TRUE(listing.ok());
  if (!listing.ok()) return walked;
  walked.gaps = listing.value().gaps;
  walked.finished = listing.value().unread_items;
  for (const EvidenceFile& file : listing.value().files)
    walk_file(file, limits, 4096, ids, walked);
  return walked;
}

std::map<std::string, std::string> contents_below(const Walked& walked, std::string_view root) {
  std::map<std::string, std::string> contents;
  for (const Delivered& delivered : walked.items) {
    const Item& item = delivered.item;
    if (delivered.is_container || !item.path.starts_with(root)) continue;
    contents[item.path.substr(root.size())] = fmt::format(
        "{} {}", delivered.bytes.size(), item.sha256 ? to_hex(*item.sha256) : "no digest");
  }
  return contents;
}

std::map<std::string, std::string> contents_of(const std::vector<PackedMember>& members) {
  std::map<std::string, std::string> contents;
  for (const PackedMember& member : members) {
    contents[member.name] = fmt::format("{} {}", member.content.size(),
                                        to_hex(sha256(as_bytes(member.content))));
  }
  return contents;
}

}  // namespace pugmark::testing
