// What a zip holds, and what its directory says of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

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

TEST(ZipDirectory, BytesOfAZipThatNoMemberClaimsAreSaid) {
  const TemporaryFolder folder;
  const std::string sound = packed("zip-store", "", {{"a.log", "first"}, {"b.log", "second"}});
  EXPECT_EQ(walk(folder.write("sound.zip", sound)).all_gaps(), "");
  // The directory says that the second member has no bytes.
  std::string hidden = packed("zip-store", "", {{"a.log", noise(100, 1)}, {"b.log", "second"}});
  const std::size_t entry = hidden.find("PK\1\2");
  ASSERT_NE(entry, std::string::npos);
  hidden.replace(entry + 20, 8, 8, '\0');
  const std::string path = folder.write("hidden.zip", hidden);
  const Walked walked = walk(path);
  EXPECT_NE(walked.gaps_of(path).find("bytes stand here that no member"), std::string::npos);
  EXPECT_GE(walked.at(path).item.unread_bytes, 100U);
  EXPECT_EQ(walked.at(path + "!/b.log").bytes, "second");
}

// A member in front of what the directory knows of: another zip, or a member it does not list.
TEST(ZipDirectory, BytesInFrontOfAZipAreSaid) {
  const TemporaryFolder folder;
  const std::string first = packed("zip", "", {{"first.log", noise(5'000, 1)}});
  const std::string second = packed("zip", "", {{"second.log", "x"}});
  const std::string comment_bytes{static_cast<char>(second.size()), 0};
  const std::string with_comment = first.substr(0, first.size() - 2) + comment_bytes + second;
  for (const std::string& zip : {first + second, with_comment}) {
    const std::string path = folder.write("a.zip", zip);
    const Walked walked = walk(path);
    EXPECT_EQ(walked.at(path + "!/second.log").bytes, "x");
    EXPECT_EQ(walked.at(path).item.unread_bytes, first.size());
    EXPECT_TRUE(lines_say(walked.all_gaps(), {fmt::format("{} bytes stand here that no member",
                                                          first.size())}));
  }
}

// Of two records of the end, one in the comment of the other, unpackers take this or that.
TEST(ZipDirectory, TwoEndsOfADirectoryAreSaid) {
  const TemporaryFolder folder;
  const std::string zip = packed("zip-store", "", {{"a.log", "first"}});
  std::string end = zip.substr(zip.rfind("PK\5\6"));
  end[20] = 100;  // a comment longer than the file
  std::string with_comment = zip.substr(0, zip.size() - 2);
  with_comment += static_cast<char>(end.size());
  with_comment += '\0';
  const std::string path = folder.write("a.zip", with_comment + end);
  EXPECT_TRUE(lines_say(walk(path).all_gaps(),
                        {"truncated: The directory of the zip archive cannot be used"}));
}

std::string le_bytes(std::uint64_t number, std::size_t size_bytes) {
  std::string bytes(reinterpret_cast<const char*>(&number), size_bytes);  // little-endian machine
  return bytes;
}

// The same zip in the 64 bit form, as far as the two records of the end and one entry go, with
// `hidden` in front of the directory.
std::string zip_in_64_bit_form(std::string_view hidden) {
  const std::string zip = packed("zip-store", "", {{"a.log", "first"}});
  const std::size_t entry_at = zip.find("PK\1\2");
  const std::size_t end_at = zip.rfind("PK\5\6");
  std::string entry = zip.substr(entry_at, end_at - entry_at);
  const std::string sizes = entry.substr(24, 4) + le_bytes(0, 4) + entry.substr(20, 4) +
                            le_bytes(0, 4) + entry.substr(42, 4) + le_bytes(0, 4);
  entry.replace(20, 8, 8, '\xFF');
  entry.replace(42, 4, 4, '\xFF');
  entry.replace(30, 2, le_bytes(4 + sizes.size(), 2));
  entry = entry.substr(0, 46 + 5) + le_bytes(1, 2) + le_bytes(sizes.size(), 2) + sizes;
  const std::size_t begin = entry_at + hidden.size();
  const std::size_t end64_at = begin + entry.size();
  const std::string end64 = std::string("PK\6\6") + le_bytes(44, 8) + le_bytes(45, 2) +
                            le_bytes(45, 2) + le_bytes(0, 8) + le_bytes(1, 8) + le_bytes(1, 8) +
                            le_bytes(entry.size(), 8) + le_bytes(begin, 8);
  const std::string locator =
      std::string("PK\6\7") + le_bytes(0, 4) + le_bytes(end64_at, 8) + le_bytes(1, 4);
  const std::string end = std::string("PK\5\6") + le_bytes(0, 4) + le_bytes(1, 2) +
                          le_bytes(1, 2) + le_bytes(entry.size(), 4) + std::string(4, '\xFF') +
                          le_bytes(0, 2);
  return zip.substr(0, entry_at) + std::string(hidden) + entry + end64 + locator + end;
}

TEST(ZipDirectory, BytesThatNoMemberClaimsAreSaidOfThe64BitForm) {
  const TemporaryFolder folder;
  const std::string sound = folder.write("sound.zip", zip_in_64_bit_form(""));
  EXPECT_EQ(walk(sound).all_gaps(), "");
  EXPECT_EQ(walk(sound).at(sound + "!/a.log").bytes, "first");
  const std::string path = folder.write("a.zip", zip_in_64_bit_form(noise(3'000, 1)));
  const Walked walked = walk(path);
  EXPECT_EQ(walked.at(path + "!/a.log").bytes, "first");
  EXPECT_EQ(walked.at(path).item.unread_bytes, 3'016U);  // with the record behind the member
  EXPECT_TRUE(lines_say(walked.all_gaps(), {"3016 bytes stand here that no member"}));
}

TEST(ZipDirectory, DirectoryThatCannotBeFollowedIsSaid) {
  const TemporaryFolder folder;
  std::string zip = packed("zip-store", "", {{"a.log", "first"}});
  // An extra field of the 64 bit form is announced and missing.
  zip.replace(zip.find("PK\1\2") + 24, 4, 4, '\xFF');
  const std::string path = folder.write("a.zip", zip);
  EXPECT_TRUE(lines_say(walk(path).all_gaps(),
                        {"damaged: The header of member 1 (a.log) is odd",
                         "unsupported: The directory was read but not understood to its end"}));
}

TEST(ZipDirectory, MembersWithTwoNamesAreSaid) {
  const TemporaryFolder folder;
  std::string zip = packed("zip-store", "", {{"a.log", "first"}});
  zip[zip.find("PK\1\2") + 46] = 'z';
  const std::string path = folder.write("a.zip", zip);
  EXPECT_TRUE(lines_say(walk(path).all_gaps(), {"damaged: The directory calls a member \"z.log\", "
                                                "its own header \"a.log\""}));
}

TEST(ZipDirectory, MembersWithTwoNamesAreCountedBeyondTheList) {
  const TemporaryFolder folder;
  Limits limits;
  limits.gaps_per_item = 2;
  std::string zip =
      packed("zip-store", "", {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}});
  for (std::size_t at = zip.find("PK\1\2"); at != std::string::npos;
       at = zip.find("PK\1\2", at + 1))
    zip[at + 46] = 'z';
  const std::string path = folder.write("a.zip", zip);
  EXPECT_NE(walk(path, limits).all_gaps().find("3 more gaps of this item"), std::string::npos);
}

TEST(ZipDirectory, BytesBehindAZipReadFromTheFrontAreSaid) {
  const TemporaryFolder folder;
  std::string zip = packed("zip-store", "", {{"a.log", "first"}});
  zip[zip.find("PK\1\2") + 1] = '?';
  const std::string path = folder.write("a.zip", zip + noise(60'000, 1));
  const Walked walked = walk(path);
  EXPECT_EQ(walked.at(path + "!/a.log").bytes, "first");
  EXPECT_EQ(walked.at(path).item.unread_bytes, 60'000U);
  EXPECT_TRUE(lines_say(walked.all_gaps(), {"The directory of the zip archive cannot be used",
                                            "60000 bytes stand behind the end of the archive"}));
}

TEST(ZipDirectory, ZipWhoseDirectoryErrsGivesAllMembers) {
  const TemporaryFolder folder;
  std::string zip = packed("zip", "", {{"a", "first"}, {"b", "second"}, {"b", "third"}});
  zip[zip.rfind("PK\1\2") + 42] ^= 1;  // where the last member stands
  std::string nested = packed("zip", "", {{"in.zip", zip}});
  for (const std::string& bytes : {zip, nested}) {
    const Walked walked = walk(folder.write("a.zip", bytes));
    std::string all;
    for (const auto& delivered : walked.items) {
      if (!delivered.is_container) all += delivered.bytes + ' ';
      EXPECT_TRUE(delivered.item.sha256.has_value()) << delivered.item.path;
    }
    EXPECT_EQ(all, "first second third ");
    EXPECT_TRUE(lines_say(walked.all_gaps(), {"The directory of the zip archive cannot be read"}));
  }
}

TEST(ZipDirectory, ZipWhoseDirectoryDeniesItsMembers) {
  const TemporaryFolder folder;
  std::string zip = packed("zip", "", {{"hidden.log", "content"}});
  const std::size_t directory = zip.find("PK\x01\x02");
  zip = zip.substr(0, directory) + packed("zip", "", {});
  const std::string path = folder.write("a.zip", zip);
  const Walked walked = walk(path);
  EXPECT_EQ(walked.at(path + "!/hidden.log").bytes, "content");
  EXPECT_NE(walked.gaps_of(path).find("its members were read from the front"), std::string::npos);
}

}  // namespace
}  // namespace pugmark
