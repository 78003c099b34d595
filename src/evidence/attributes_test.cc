// What is kept of listings: times, owners, modes.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "evidence/evidence_testing.h"

namespace pugmark {
namespace {

using testing::packed;
using testing::PackedMember;
using testing::TemporaryFolder;
using testing::walk;
using testing::Walked;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// "zip 2020-09-13T12:26:40Z - - - 33 www-data 0644": source, modified, changed, created, accessed.
std::string words_of(const FileAttributes& attributes) {
  const auto time = [&](std::int64_t time_ns) {
    return time_ns == FileAttributes::kNoTime ? std::string("-")
                                              : format_time(TimeUtc{time_ns}, attributes.precision);
  };
  std::string words(to_string(attributes.source));
  for (const std::int64_t time_ns : {attributes.modified_ns, attributes.changed_ns,
                                     attributes.created_ns, attributes.accessed_ns})
    words += " " + time(time_ns);
  words += attributes.owner_id == FileAttributes::kNoOwner
               ? " -"
               : " " + std::to_string(attributes.owner_id);
  words += attributes.owner_name == nullptr ? " -" : " " + *attributes.owner_name;
  return words + (attributes.mode == FileAttributes::kNoMode
                      ? std::string(" -")
                      : fmt::format(" {:04o}", attributes.mode));
}

std::string words_of_member(const std::string& format, const PackedMember& member,
                            const std::string& filter = "") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", packed(format, filter, {member}));
  const Walked walked = walk(path);
  return words_of(walked.at(path + "!/" + member.name).item.attributes);
}

PackedMember page() {
  PackedMember member;
  member.name = "x.php";
  member.content = "text";
  member.owner_id = 33;
  member.owner_name = "www-data";
  return member;
}

TEST(FileAttributes, OfAFileAreThoseOfItsFileSystem) {
  const TemporaryFolder folder;
  const std::string path = folder.write("x.php", "text");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const timespec times[2] = {{1'600'000'001, 0}, {1'600'000'000, 123'456'789}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  const FileAttributes attributes = walk(path).at(path).item.attributes;
  EXPECT_EQ(attributes.source, FileAttributes::Source::kFileSystem);
  EXPECT_EQ(attributes.modified_ns, 1'600'000'000 * kNsPerSecond + 123'456'789);
  EXPECT_GT(attributes.changed_ns, attributes.modified_ns);
  EXPECT_EQ(attributes.accessed_ns, FileAttributes::kNoTime) << "reading may change it";
  EXPECT_EQ(attributes.owner_id, ::getuid());
  EXPECT_EQ(attributes.owner_name, nullptr) << "this machine does not know the other's names";
  EXPECT_EQ(attributes.mode, 0640);
}

TEST(FileAttributes, OfATarAreThoseOfItsHeaders) {
  EXPECT_EQ(words_of_member("ustar", page()), "tar 2020-09-13T12:26:40Z - - - 33 www-data 0644");
  EXPECT_EQ(words_of_member("ustar", page(), "gzip"),
            "tar 2020-09-13T12:26:40Z - - - 33 www-data 0644");
  PackedMember fine = page();
  fine.modified_ns = 5;
  EXPECT_EQ(words_of_member("tar", fine),
            "tar 2020-09-13T12:26:40.000000005Z - - - 33 www-data 0644");
}

TEST(FileAttributes, LongNamesOfOwnersAreShortened) {
  PackedMember member = page();
  member.owner_name = std::string(5'000, 'o');
  const TemporaryFolder folder;
  const std::string path = folder.write("a", packed("tar", "", {member}));
  const FileAttributes attributes = walk(path).at(path + "!/x.php").item.attributes;
  ASSERT_NE(attributes.owner_name, nullptr);
  EXPECT_LE(attributes.owner_name->size(), Limits{}.name_bytes);
}

TEST(FileAttributes, MembersShareTheNameOfTheirOwner) {
  const TemporaryFolder folder;
  PackedMember other = page();
  other.name = "y.php";
  const std::string path = folder.write("a", packed("tar", "", {page(), other}));
  const Walked walked = walk(path);
  EXPECT_EQ(walked.at(path + "!/x.php").item.attributes.owner_name,
            walked.at(path + "!/y.php").item.attributes.owner_name);
}

TEST(FileAttributes, OfA7zAreExact) {
  PackedMember fine = page();
  fine.modified_ns = 123'456'700;
  EXPECT_EQ(words_of_member("7z", fine), "7z 2020-09-13T12:26:40.1234567Z - - - - - -");
}

TEST(FileAttributes, OfOtherArchives) {
  EXPECT_EQ(words_of_member("cpio", page()), "archive 2020-09-13T12:26:40Z - - - 33 - 0644");
}

// libarchive writes the extra fields of Unix: times and owner.
TEST(FileAttributes, OfAZipAreThoseOfItsExtraFields) {
  EXPECT_EQ(words_of_member("zip", page()), "zip 2020-09-13T12:26:40Z - - - 33 - -");
}

std::string le_bytes(std::uint64_t number, std::size_t size_bytes) {
  std::string bytes(reinterpret_cast<const char*>(&number), size_bytes);  // little-endian machine
  return bytes;
}

// A zip of stored members: their extra fields in front of the bytes, and in the directory.
struct ZipMember {
  std::string name;
  std::string local_extra;
  std::string extra;
};
std::string zip_of(const std::vector<ZipMember>& members) {
  std::string bytes;
  std::string directory;
  // Of the text "x". The times of every member: 2021-03-02 10:00 of no known zone.
  const std::string common = le_bytes(0, 2) + le_bytes(0, 2) + le_bytes(0x5000, 2) +
                             le_bytes(0x5262, 2) + le_bytes(0x8CDC1683, 4) + le_bytes(1, 4) +
                             le_bytes(1, 4);
  for (const ZipMember& member : members) {
    const std::size_t at = bytes.size();
    bytes += "PK\3\4" + le_bytes(20, 2) + common + le_bytes(member.name.size(), 2) +
             le_bytes(member.local_extra.size(), 2) + member.name + member.local_extra + "x";
    directory += "PK\1\2" + le_bytes(20, 2) + le_bytes(20, 2) + common +
                 le_bytes(member.name.size(), 2) + le_bytes(member.extra.size(), 2) +
                 std::string(10, '\0') + le_bytes(at, 4) + member.name + member.extra;
  }
  return bytes + directory + "PK\5\6" + le_bytes(0, 4) + le_bytes(members.size(), 2) +
         le_bytes(members.size(), 2) + le_bytes(directory.size(), 4) + le_bytes(bytes.size(), 4) +
         le_bytes(0, 2);
}

std::uint64_t filetime(std::uint64_t seconds_since_1970) {
  return (seconds_since_1970 + 11'644'473'600) * 10'000'000;
}

std::string unix_times(unsigned flags, const std::vector<std::uint32_t>& times) {
  std::string body = le_bytes(flags, 1);
  for (const std::uint32_t time : times) body += le_bytes(time, 4);
  return le_bytes(0x5455, 2) + le_bytes(body.size(), 2) + body;
}

TEST(FileAttributes, OfAZipTheExtraFieldsOfNtfsComeFirst) {
  const std::string ntfs = le_bytes(0x000A, 2) + le_bytes(32, 2) + le_bytes(0, 4) + le_bytes(1, 2) +
                           le_bytes(24, 2) + le_bytes(filetime(1'600'000'000) + 7, 8) +
                           le_bytes(filetime(1'600'000'002), 8) +
                           le_bytes(filetime(1'600'000'001), 8);
  const TemporaryFolder folder;
  const std::string path = folder.write(
      "a.zip", zip_of({{"both", unix_times(1, {1'500'000'000}), ntfs},
                       {"local", unix_times(7, {1'600'000'000, 1'600'000'002, 1'600'000'001}),
                        unix_times(7, {1'600'000'000})},
                       {"directory", "", unix_times(7, {1'600'000'000})},
                       {"none", "", ""},
                       {"before-1970", unix_times(1, {0xFFFFFFFF}), ""}}));
  const Walked walked = walk(path);
  const auto words = [&](const std::string& name) {
    return words_of(walked.at(path + "!/" + name).item.attributes);
  };
  EXPECT_EQ(words("both"),
            "zip 2020-09-13T12:26:40.0000007Z - 2020-09-13T12:26:41.0000000Z "
            "2020-09-13T12:26:42.0000000Z - - -");
  EXPECT_EQ(words("local"),
            "zip 2020-09-13T12:26:40Z - 2020-09-13T12:26:41Z 2020-09-13T12:26:42Z - - -");
  EXPECT_EQ(words("directory"), "zip 2020-09-13T12:26:40Z - - - - - -");
  EXPECT_EQ(words("none"), " - - - - - - -");
  EXPECT_EQ(words("before-1970"), "zip 1969-12-31T23:59:59Z - - - - - -");
}

// Two entries of the directory for one place are one member: the ones behind keep their own times.
TEST(FileAttributes, OfAZipGoByTheOrderOfTheBytes) {
  std::string zip = zip_of({{"first", "", unix_times(1, {1'500'000'000})},
                            {"second", "", unix_times(1, {1'600'000'000})}});
  const TemporaryFolder folder;
  const std::string path = folder.write("a.zip", zip);
  EXPECT_EQ(words_of(walk(path).at(path + "!/second").item.attributes),
            "zip 2020-09-13T12:26:40Z - - - - - -");
}

TEST(WeakDigests, AreMadeOnlyOfWhatTheyAreAskedFor) {
  const TemporaryFolder folder;
  const std::string content = testing::noise(300'000, 1);
  for (const auto& [name, bytes] : {std::pair<std::string, std::string>{"plain", content},
                                    {"packed", packed("tar", "gzip", {{"plain", content}})},
                                    {"looks-like-gzip", "\x1f\x8b\x08" + content}}) {
    const std::string path = folder.write(name, bytes);
    ItemIds ids;
    ItemCursor cursor = std::move(ItemCursor::open({path, 0, false}, {}, ids)).value();
    while (cursor.next_item()) {
      if (cursor.is_container()) continue;
      std::vector<std::byte> buffer(65'536);
      const std::size_t got = cursor.read(buffer);
      cursor.add_weak_digests(true, true, Bytes(buffer).first(got));
    }
    for (const Item& item : cursor.take_finished_items()) {
      if (item.type != "unknown") {
        EXPECT_EQ(item.weak_digests, nullptr);
        continue;
      }
      ASSERT_NE(item.weak_digests, nullptr);
      WeakDigestStream md5(WeakDigestStream::Kind::kMd5);
      WeakDigestStream sha1(WeakDigestStream::Kind::kSha1);
      const std::string& whole = name == "packed" ? content : bytes;
      md5.update(as_bytes(whole));
      sha1.update(as_bytes(whole));
      ASSERT_TRUE(item.weak_digests->md5 && item.weak_digests->sha1);
      EXPECT_EQ(to_hex(*item.weak_digests->md5), to_hex(md5.finish())) << name;
      EXPECT_EQ(to_hex(*item.weak_digests->sha1), to_hex(sha1.finish())) << name;
    }
  }
}

TEST(WeakDigests, OfArchivesAreOfAllTheirBytes) {
  const TemporaryFolder folder;
  const std::string content = testing::noise(300'000, 1);
  const std::string zip = packed("zip", "", {{"plain", content}, {"other", "words"}});
  const std::map<std::string, std::string> archives = {
      {"a.zip", zip},
      {"cut.zip", zip.substr(0, zip.size() - 10)},  // read again from its front
      {"a.tar.gz", packed("tar", "gzip", {{"plain", content}})},
      {"a.7z", packed("7z", "", {{"plain", content}})},
      {"nested.tar", packed("tar", "", {{"in.zip", zip}})}};
  std::map<std::string, std::string> expected;  // digests by path
  for (const auto& [name, bytes] : archives) {
    WeakDigestStream md5(WeakDigestStream::Kind::kMd5);
    md5.update(as_bytes(bytes));
    expected[folder.write(name, bytes)] = to_hex(md5.finish());
  }
  expected[folder.path() + "/nested.tar!/in.zip"] = expected.at(folder.path() + "/a.zip");
  std::size_t found_count = 0;
  for (const auto& [name, bytes] : archives) {
    ItemIds ids;
    const std::string path = folder.path() + "/" + name;
    ItemCursor cursor = std::move(ItemCursor::open({path, 0, false}, {}, ids)).value();
    cursor.add_weak_digests_of_archives(true, false);
    while (cursor.next_item()) {
    }
    for (const Item& item : cursor.take_finished_items()) {
      if (!expected.contains(item.path)) {
        EXPECT_EQ(item.weak_digests, nullptr) << item.path;
        continue;
      }
      ++found_count;
      ASSERT_NE(item.weak_digests, nullptr) << item.path;
      ASSERT_TRUE(item.weak_digests->md5) << item.path;
      EXPECT_EQ(to_hex(*item.weak_digests->md5), expected.at(item.path)) << item.path;
      EXPECT_FALSE(item.weak_digests->sha1);
    }
  }
  EXPECT_EQ(found_count, expected.size());
}

}  // namespace
}  // namespace pugmark
