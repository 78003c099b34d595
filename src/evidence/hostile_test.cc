// What becomes of damaged archives and of those made to harm.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "evidence/cursor.h"
#include "evidence/evidence_testing.h"

namespace pugmark {
namespace {

using testing::lines_say;
using testing::noise;
using testing::packed;
using testing::TemporaryFolder;
using testing::walk;
using testing::Walked;

constexpr std::size_t kMiB = std::size_t{1} << 20U;

std::uint64_t bytes_of(const Walked& walked) {
  std::uint64_t bytes = 0;
  for (const auto& delivered : walked.items) bytes += delivered.bytes.size();
  return bytes;
}

// A header that states more than any has would make the unpacker hold all that follows.
TEST(HostileArchive, HeadersAreNotBelieved) {
  const TemporaryFolder folder;
  std::string header = "070701";
  for (int field = 0; field < 13; ++field) header += field == 11 ? "40000000" : "00000000";
  const std::string cpio = header + std::string(64 * kMiB, 'a');
  const std::string path = folder.write("a.cpio", cpio);
  EXPECT_NE(walk(path).all_gaps().find("stated to be larger than any"), std::string::npos);
}

TEST(HostileArchive, LongNamesAreShortenedInGapsAndCountForSeveral) {
  const TemporaryFolder folder;
  const std::string name(5'000, 'n');
  const std::string path =
      folder.write("a.tar", packed("tar", "",
                                   {{name, "x"},
                                    {"soft", "", 's', std::string(100'000, 't')},
                                    {"hard", "", 'h', name},
                                    {"last", "y"}}));
  const Walked walked = walk(path);
  EXPECT_EQ(walked.items.size(), 3U);
  for (const Gap& gap : walked.gaps) EXPECT_LT(gap.what.size(), 600U) << gap.what;
  EXPECT_TRUE(lines_say(walked.all_gaps(), {"has 5000 bytes", "soft is a symbolic link"}));
  Limits limits;
  limits.archive_entries = 5;
  EXPECT_EQ(walk(path, limits).items.size(), 2U);
}

TEST(HostileArchive, BombInOneStreamIsCut) {
  const TemporaryFolder folder;
  const std::string zeros(64 * kMiB, '\0');
  Limits limits;
  limits.archive_ratio = 100;
  limits.archive_free_bytes = kMiB;
  for (const char* filter : {"gzip", "bzip2", "xz", "zstd"}) {
    const std::string bomb = packed("raw", filter, {{"x", zeros}});
    const std::string path = folder.write("bomb.log.gz", bomb);
    const Walked walked = walk(path, limits, 100'000);
    ASSERT_EQ(walked.items.size(), 2U) << filter;
    const std::uint64_t allowed = std::max<std::uint64_t>(bomb.size() * 100, kMiB);
    EXPECT_EQ(walked.items[1].bytes.size(), allowed) << filter;
    EXPECT_FALSE(walked.items[1].item.sha256.has_value());
    EXPECT_TRUE(walked.items[0].item.sha256.has_value());
    EXPECT_TRUE(lines_say(walked.all_gaps(), {"limit: The limit archive-ratio (100) was reached",
                                              "limit: The limit archive-ratio (100) of " + path}));
  }
}

TEST(HostileArchive, BombBesideSoundMembersOfAZip) {
  const TemporaryFolder folder;
  Limits limits;
  limits.archive_ratio = 100;
  limits.archive_free_bytes = kMiB;
  const std::string path = folder.write(
      "a.zip", packed("zip", "", {{"first", noise(3 * kMiB, 1)},
                                  {"bomb", std::string(64 * kMiB, '\0')},
                                  {"last", noise(100'000, 2)}}));
  const Walked walked = walk(path, limits);
  EXPECT_TRUE(walked.at(path + "!/first").item.sha256.has_value());
  EXPECT_TRUE(walked.at(path + "!/last").item.sha256.has_value());
  EXPECT_FALSE(walked.at(path + "!/bomb").item.sha256.has_value());
  EXPECT_LT(walked.at(path + "!/bomb").bytes.size(), 10 * kMiB);
  EXPECT_TRUE(lines_say(walked.all_gaps(),
                        {path + "!/bomb: limit: The limit archive-ratio (100) was reached"}));
}

// Whatever is open inside the member that was cut is cut as well, and says so.
TEST(HostileArchive, BombAroundAnArchiveCutsItsMembers) {
  const TemporaryFolder folder;
  Limits limits;
  limits.archive_ratio = 10;
  limits.archive_free_bytes = 100'000;
  const std::string inner =
      packed("ustar", "", {{"first", "sound"}, {"c.log", std::string(4 * kMiB, 'x')}});
  const std::string path = folder.write(
      "a.zip", packed("zip", "", {{"noise", noise(20'000, 1)}, {"b.tar", inner}}));
  const Walked walked = walk(path, limits);
  const std::string cut = path + "!/b.tar!/c.log";
  EXPECT_TRUE(walked.at(path + "!/b.tar!/first").item.sha256.has_value());
  EXPECT_LT(walked.at(cut).bytes.size(), 4 * kMiB);
  EXPECT_FALSE(walked.at(cut).item.sha256.has_value());
  EXPECT_FALSE(walked.at(path + "!/b.tar").item.sha256.has_value());
  EXPECT_TRUE(lines_say(walked.all_gaps(),
                        {path + "!/b.tar: limit: The limit archive-ratio (10) was reached",
                         cut + ": limit: The limit archive-ratio (10) of " + path + "!/b.tar"}));
}

TEST(HostileArchive, LongNamesOfMembersAreKeptShort) {
  const TemporaryFolder folder;
  Limits limits;
  limits.path_bytes = 200;
  const std::string name(5'000, 'n');
  const std::string path = folder.write(
      "a.tar", packed("tar", "", {{name + "a", "one"}, {name + "b", "two"}, {"short", "three"}}));
  const Walked walked = walk(path, limits);
  ASSERT_EQ(walked.items.size(), 4U);
  EXPECT_EQ(walked.items[1].bytes, "one");
  EXPECT_LE(walked.items[1].item.path.size(), path.size() + 2 + 200);
  EXPECT_NE(walked.items[1].item.path, walked.items[2].item.path);
  EXPECT_EQ(walked.at(path + "!/short").bytes, "three");
  EXPECT_TRUE(lines_say(walked.all_gaps(), {"limit: The name of member 1 has 5001 bytes",
                                            "limit: The name of member 2 has 5001 bytes"}));
}

// What stands behind the end mark of a tar is searched for further members: zeros without end.
TEST(HostileArchive, BombBetweenMembersIsCut) {
  const TemporaryFolder folder;
  Limits limits;
  limits.archive_ratio = 10;
  limits.archive_free_bytes = kMiB;
  const std::string tar = packed("ustar", "", {{"a.log", "first"}});
  for (const char* filter : {"gzip", "bzip2", "xz", "zstd"}) {
    const std::string all = tar + std::string(64 * kMiB, '\0') + tar;
    const std::string path = folder.write("a", packed("raw", filter, {{"x", all}}));
    const Walked walked = walk(path, limits);
    ASSERT_EQ(walked.items.size(), 2U) << filter;
    EXPECT_EQ(walked.items[1].bytes, "first") << filter;
    EXPECT_NE(walked.gaps_of(path).find("limit archive-ratio (10)"), std::string::npos) << filter;
    EXPECT_EQ(walk(path).items.size(), 3U) << filter;
  }
}

TEST(HostileArchive, SmallRepetitionsAreNoBombs) {
  const TemporaryFolder folder;
  Limits limits;
  limits.archive_ratio = 2;
  limits.archive_free_bytes = kMiB;
  const std::string path =
      folder.write("a.log.xz", packed("raw", "xz", {{"x", std::string(1'000'000, 'x')}}));
  EXPECT_EQ(walk(path, limits).all_gaps(), "");
}

// Rotated logs that were copied in part: whatever can be decoded in front of the cut is there.
TEST(HostileArchive, GzipIsReadToTheByteWhereItIsCut) {
  const TemporaryFolder folder;
  const std::string text = noise(200'000, 3);
  const std::string whole = packed("raw", "gzip", {{"x", text}});
  std::uint64_t bytes_before = 0;
  for (const std::size_t cut : {20UL, 1'000UL, 65'000UL, whole.size() / 2, whole.size() - 9,
                                whole.size() - 8, whole.size() - 1}) {
    const std::string path = folder.write("cut.log.gz", whole.substr(0, cut));
    const Walked walked = walk(path, {}, 7'000);
    ASSERT_EQ(walked.items.size(), 2U) << cut;
    const std::string& got = walked.items[1].bytes;
    EXPECT_EQ(got, text.substr(0, got.size())) << cut;
    // Noise does not compress: what is missing is the rest of one block's symbols at most.
    EXPECT_GE(got.size() + 2'000, std::min(cut, text.size())) << cut;
    EXPECT_GE(got.size(), bytes_before) << cut;
    EXPECT_FALSE(walked.items[1].item.sha256.has_value()) << cut;
    EXPECT_TRUE(lines_say(walked.all_gaps(), {"truncated: The member cannot be unpacked further",
                                              "truncated: The archive cannot be read further"}))
        << cut;
    bytes_before = got.size();
  }
  EXPECT_EQ(bytes_before, text.size());
}

// Hardly anything can be unpacked, but it can be said what this was.
TEST(HostileArchive, GzipThatIsCutInItsHeaderIsAGap) {
  const TemporaryFolder folder;
  std::string whole = packed("raw", "gzip", {{"x", noise(1'000, 3)}});
  for (const bool has_name : {false, true}) {
    if (has_name) {
      whole[3] = 8;
      whole.insert(10, std::string("name.log") + '\0');
    }
    for (std::size_t cut = 3; cut < 20; ++cut) {
      const std::string path = folder.write("cut.log.gz", whole.substr(0, cut));
      EXPECT_NE(walk(path).all_gaps().find(": truncated: "), std::string::npos) << cut;
    }
  }
}

TEST(HostileArchive, GzipMembersAreHeldAgainstTheirChecksums) {
  const TemporaryFolder folder;
  const std::string one = packed("raw", "gzip", {{"x", "first\n"}});
  const std::string two = packed("raw", "gzip", {{"x", "second\n"}});
  for (const std::size_t at : {one.size() - 8, one.size() - 1, one.size() + two.size() - 5}) {
    std::string both = one + two;
    both[at] ^= 1;
    const Walked walked = walk(folder.write("a.log.gz", both));
    ASSERT_EQ(walked.items.size(), 2U);
    EXPECT_EQ(walked.items[1].bytes, "first\nsecond\n");
    EXPECT_TRUE(walked.items[1].item.sha256.has_value());
    EXPECT_TRUE(lines_say(walked.all_gaps(), {"damaged: What was unpacked differs"}));
  }
}

// RFC 1952, section 8.
std::uint32_t crc32_of(const std::string& bytes) {
  std::uint32_t checksum = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    checksum ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit)
      checksum = (checksum >> 1U) ^ ((checksum & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~checksum;
}

TEST(HostileArchive, GzipHeadersAreHeldAgainstTheirChecksums) {
  const TemporaryFolder folder;
  const std::string packed_text = packed("raw", "gzip", {{"x", "content\n"}});
  std::string header = packed_text.substr(0, 10);
  ASSERT_EQ(header[3], '\0') << "no name: the packed bytes follow";
  header[3] = 2 | 8;
  header += "name.log";
  header += '\0';
  const std::uint32_t right = crc32_of(header) & 0xFFFFU;
  for (const std::uint32_t stored : {right, right ^ 0x100U}) {
    std::string file = header;
    file += static_cast<char>(stored & 0xFFU);
    file += static_cast<char>(stored >> 8U);
    const Walked walked = walk(folder.write("a.log.gz", file + packed_text.substr(10)));
    ASSERT_EQ(walked.items.size(), 2U);
    EXPECT_EQ(walked.items[1].bytes, "content\n");
    if (stored == right) {
      EXPECT_EQ(walked.all_gaps(), "");
    } else {
      EXPECT_TRUE(lines_say(walked.all_gaps(), {"damaged: What was unpacked differs from what was "
                                                "packed (the checksum of a gzip header is 0x"}));
    }
  }
}

// What the other decompressors keep back of a block that breaks off is counted.
TEST(HostileArchive, StreamsThatAreCutSayWhatTheyKeptBack) {
  const TemporaryFolder folder;
  // The largest block that each of them makes at its usual level.
  for (const auto& [filter, block_bytes] : {std::pair("bzip2", 900'000UL),
                                            {"xz", 64UL << 10U},
                                            {"zstd", 128UL << 10U},
                                            {"lz4", 4UL << 20U}}) {
    const std::string text = noise(2 * block_bytes + 300'000, 4);
    for (const char* format : {"raw", "ustar"}) {
      const std::string whole = packed(format, filter, {{"x", text}});
      const std::size_t cut = whole.size() - block_bytes / 2;
      const std::string path = folder.write("cut.log.gz", whole.substr(0, cut));
      const Walked walked = walk(path);
      ASSERT_EQ(walked.items.size(), 2U) << filter << format;
      const std::string& got = walked.items[1].bytes;
      EXPECT_EQ(got, text.substr(0, got.size())) << filter;
      EXPECT_GE(got.size() + block_bytes * 3 / 2, text.size()) << filter << format;
      // Noise does not compress: what was not handed out is what was not unpacked, nearly.
      const std::uint64_t lost = walked.at(path).item.unread_bytes;
      EXPECT_GE(lost + got.size() + block_bytes, cut) << filter << format;
      EXPECT_LE(lost + got.size(), cut + block_bytes + text.size() / 50) << filter << format;
      const std::string said = fmt::format(
          "Of {} packed bytes about the last {}, a block more or less, were not unpacked.", cut,
          lost);
      EXPECT_NE(walked.gaps_of(path).find(said), std::string::npos) << walked.gaps_of(path);
    }
  }
}

// Sixteen zips in each zip, six levels, zeros at the bottom: as 42.zip is made.
TEST(HostileArchive, NestedBombEndsQuickly) {
  const TemporaryFolder folder;
  std::string inner = packed("zip", "", {{"zeros", std::string(32 * kMiB, '\0')}});
  for (int level = 0; level < 6; ++level) {
    std::vector<testing::PackedMember> members;
    for (int i = 0; i < 16; ++i) members.push_back({fmt::format("{}.zip", i), inner});
    inner = packed("zip", "", members);
  }
  const std::string path = folder.write("42.zip", inner);
  const auto begin = std::chrono::steady_clock::now();
  const Walked walked = walk(path, {}, kMiB);
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
  EXPECT_LT(seconds.count(), 20.0);
  EXPECT_LE(bytes_of(walked), std::max(inner.size() * 1000, 256 * kMiB));
  EXPECT_NE(walked.gaps_of(path).find("limit archive-ratio (1000)"), std::string::npos);
}

TEST(HostileArchive, DepthIsLimited) {
  const TemporaryFolder folder;
  for (const char* format : {"zip", "ustar"}) {
    std::string nested = "content";
    for (int level = 0; level < 12; ++level) nested = packed(format, "", {{"in", nested}});
    const std::string path = folder.write("deep", nested);
    Limits limits;
    limits.archive_depth = 3;
    const Walked walked = walk(path, limits);
    ASSERT_EQ(walked.items.size(), 4U) << format;
    EXPECT_EQ(walked.items[3].item.path, path + "!/in!/in!/in");
    EXPECT_FALSE(walked.items[3].is_container);
    EXPECT_FALSE(walked.items[3].bytes.empty());
    EXPECT_TRUE(lines_say(walked.all_gaps(), {"The limit archive-depth (3) was reached"}));
  }
}

TEST(HostileArchive, EntriesBytesAndItemsAreLimited) {
  const TemporaryFolder folder;
  std::vector<testing::PackedMember> members;
  for (int i = 0; i < 50; ++i) members.push_back({fmt::format("m{}", i), std::string(1000, 'x')});
  for (const char* format : {"zip", "7z", "ustar"}) {
    const std::string path = folder.write("many", packed(format, "", members));
    Limits entries;
    entries.archive_entries = 10;
    const Walked few = walk(path, entries);
    EXPECT_EQ(few.items.size(), 11U) << format;
    EXPECT_TRUE(lines_say(few.all_gaps(), {"The limit archive-entries (10) was reached"}));
    EXPECT_TRUE(few.items[0].item.sha256.has_value());

    Limits bytes;
    bytes.archive_bytes = 4500;
    const Walked less = walk(path, bytes);
    EXPECT_EQ(bytes_of(less), 4500U) << format;
    EXPECT_EQ(less.items.size(), 6U) << format;
    EXPECT_FALSE(less.items[5].item.sha256.has_value());
    EXPECT_TRUE(lines_say(less.all_gaps(), {"limit archive-bytes (4500)", "archive-bytes (4500)"}));

    Limits items;
    items.items = 7;
    EXPECT_EQ(walk(path, items).items.size(), 7U) << format;
  }
  Limits gaps;
  gaps.gaps_per_item = 3;
  for (auto& member : members) member.kind = 's';
  const std::string path = folder.write("links.tar", packed("ustar", "", members));
  EXPECT_TRUE(lines_say(walk(path, gaps).all_gaps(),
                        {"symbolic link", "symbolic link", "symbolic link",
                         "The limit gaps-per-item (3) was reached: 47 more gaps"}));
}

TEST(HostileArchive, NestedSeekableMemberOverItsLimitIsReadAsItIs) {
  const TemporaryFolder folder;
  const std::string inner = packed("zip", "", {{"x", noise(3 * kMiB, 4)}});
  const std::string path = folder.write("o.tar", packed("ustar", "", {{"i.zip", inner}}));
  Limits limits;
  limits.seekable_member_bytes = 2 * kMiB;
  const Walked walked = walk(path, limits);
  EXPECT_TRUE(walked.at(path + "!/i.zip").bytes == inner);
  EXPECT_TRUE(lines_say(walked.all_gaps(), {"the limit seekable-member-bytes (2097152)"}));
}

// What begins like an archive may be a web shell: its bytes must be delivered all the same.
TEST(HostileArchive, MagicWithGarbageIsReadAsItIs) {
  const TemporaryFolder folder;
  using std::string_literals::operator""s;
  const std::vector<std::string> magics = {"PK\x03\x04"s,
                                           "PK\x05\x06"s,
                                           "7z\xbc\xaf\x27\x1c"s,
                                           "\x1f\x8b\x08\x00"s,
                                           "BZh91AY&SY"s,
                                           "\xfd\x37zXZ\x00"s,
                                           "\x28\xb5\x2f\xfd"s,
                                           "\x04\x22\x4d\x18"s,
                                           "Rar!\x1a\x07\x00"s,
                                           "Rar!\x1a\x07\x01\x00"s,
                                           "MSCF\0\0\0\0"s};
  for (const std::string& magic : magics) {
    for (const std::size_t size : {100UL, 3000UL, 200'000UL}) {
      const std::string content = magic + "<%@ Page %>" + noise(size, 77);
      const std::string path = folder.write("x.aspx", content);
      const std::string outer = folder.write(
          "outer.tar.gz", packed("ustar", "gzip", {{"x.aspx", content}, {"next", "n"}}));
      for (const auto& [walked, name] :
           {std::pair{walk(path), path}, {walk(outer), outer + "!/x.aspx"}}) {
        EXPECT_TRUE(walked.at(name).bytes == content) << magic << size;
        EXPECT_FALSE(walked.at(name).is_container) << magic << size;
        EXPECT_TRUE(walked.at(name).item.sha256.has_value()) << magic << size;
        EXPECT_TRUE(lines_say(walked.all_gaps(), {"cannot be unpacked"})) << magic << size;
      }
    }
  }
}

// Cut anywhere, what is delivered is a true beginning, and what is missing is told.
TEST(HostileArchive, TruncatedAnywhere) {
  const TemporaryFolder folder;
  const std::vector<testing::PackedMember> members = {
      {"a.log", noise(5000, 1)}, {"b.log", std::string(20'000, 'b')}, {"c.log", noise(3000, 3)}};
  const auto original = testing::contents_of(members);
  for (const auto& [format, filter] :
       {std::pair{"zip", ""}, {"7z", ""}, {"ustar", ""}, {"ustar", "gzip"}, {"ustar", "xz"},
        {"ustar", "zstd"}, {"ustar", "bzip2"}, {"ustar", "lz4"}, {"cpio", ""}}) {
    const std::string whole = packed(format, filter, members);
    for (std::size_t size = 1; size < whole.size(); size += 97) {
      const std::string path = folder.write("cut", whole.substr(0, size));
      const Walked walked = walk(path);
      ASSERT_FALSE(walked.items.empty());
      ASSERT_TRUE(walked.items[0].item.sha256.has_value());
      std::size_t complete = 0;
      for (const auto& delivered : walked.items) {
        const std::string name = delivered.item.path.substr(path.size());
        for (const auto& member : members) {
          if (name != "!/" + member.name) continue;
          EXPECT_TRUE(member.content.starts_with(delivered.bytes)) << format << size << name;
          const bool is_whole = delivered.bytes == member.content;
          EXPECT_TRUE(is_whole || !delivered.item.sha256) << format << filter << size << name;
          complete += is_whole ? 1 : 0;
        }
      }
      const bool is_plain = !walked.items[0].is_container;
      if (complete < members.size() && !is_plain && size > 600) {
        EXPECT_NE(walked.all_gaps(), "") << format << " " << filter << " cut to " << size;
      }
      if (is_plain) {
        EXPECT_TRUE(walked.items[0].bytes == whole.substr(0, size));
      }
    }
  }
}

TEST(HostileArchive, TruncatedZipGivesItsFirstMembers) {
  const TemporaryFolder folder;
  std::string zip = packed("zip", "", {{"a.log", noise(5000, 1)}, {"b.log", noise(5000, 2)}});
  zip.resize(8000);
  const std::string path = folder.write("a.zip", zip);
  const Walked walked = walk(path);
  EXPECT_EQ(walked.at(path + "!/a.log").bytes, noise(5000, 1));
  EXPECT_FALSE(walked.at(path + "!/b.log").item.sha256.has_value());
  EXPECT_GT(walked.at(path + "!/b.log").bytes.size(), 2000U);
  EXPECT_NE(walked.gaps_of(path).find("The directory of the zip archive cannot be used"),
            std::string::npos);
  EXPECT_NE(walked.gaps_of(path + "!/b.log"), "");
}

TEST(HostileArchive, DamagedMemberOfAZipDoesNotHideTheNext) {
  const TemporaryFolder folder;
  std::string zip = packed("zip", "", {{"a.log", std::string(50'000, 'a') + noise(5000, 1)},
                                       {"b.log", "sound"},
                                       {"c.log", noise(5000, 2)}});
  for (std::size_t i = 60; i < 120; ++i) zip[i] = '\xff';
  const std::string path = folder.write("a.zip", zip);
  const Walked walked = walk(path);
  EXPECT_FALSE(walked.at(path + "!/a.log").item.sha256.has_value());
  EXPECT_EQ(walked.at(path + "!/b.log").bytes, "sound");
  EXPECT_EQ(walked.at(path + "!/c.log").bytes, noise(5000, 2));
  EXPECT_TRUE(lines_say(walked.all_gaps(), {path + "!/a.log: damaged"}));
}

TEST(HostileArchive, WrongChecksumIsSaid) {
  const TemporaryFolder folder;
  std::string zip = packed("zip-store", "", {{"a.log", std::string(5000, 'a')}});
  const std::size_t at = zip.find("aaaa") + 100;
  zip[at] = 'b';
  const std::string path = folder.write("a.zip", zip);
  const Walked walked = walk(path);
  EXPECT_EQ(walked.at(path + "!/a.log").bytes.size(), 5000U);
  EXPECT_TRUE(lines_say(walked.all_gaps(), {"damaged: The member was unpacked to its end but is "
                                            "damaged (ZIP bad CRC"}));
}

TEST(HostileArchive, BytesBehindTheEndAreSaid) {
  const TemporaryFolder folder;
  const std::string sound = packed("raw", "gzip", {{"x", "content"}});
  const std::string path = folder.write("x.gz", sound + "something hidden");
  const Walked walked = walk(path);
  EXPECT_EQ(walked.at(path + "!/x").bytes, "content");
  EXPECT_TRUE(lines_say(walked.all_gaps(), {"16 bytes stand behind the end of the archive"}));
  const std::string padded = folder.write("x.gz", sound + std::string(500, '\0'));
  EXPECT_EQ(walk(padded).all_gaps(), "");
}

}  // namespace
}  // namespace pugmark
