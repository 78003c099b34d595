// What a 7z can ask of its unpacker before anything of it is delivered.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <lzma.h>

#include <algorithm>
#include <array>
#include <functional>

#include "evidence/cursor.h"
#include "evidence/evidence_testing.h"
#include "evidence/unpack/seven_zip_directory.h"

namespace pugmark {
namespace {

using testing::noise;
using testing::packed;
using testing::PackedMember;
using testing::TemporaryFolder;
using testing::walk;
using testing::Walked;
using std::string_literals::operator""s;

constexpr std::size_t kMiB = std::size_t{1} << 20U;
constexpr std::uint32_t kLinkMode = 0120777;
constexpr std::uint32_t kFileMode = 0100644;

std::string little_endian(std::uint64_t value, int bytes_count) {
  std::string text;
  for (int i = 0; i < bytes_count; ++i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
  return text;
}

// In the one form that takes every number.
std::string number(std::uint64_t value) {
  return value < 0x80 ? std::string(1, static_cast<char>(value)) : "\xFF" + little_endian(value, 8);
}

const std::uint8_t* as_lzma(const std::string& bytes) {
  // unsigned char may look at any object.
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::uint32_t checksum_of(const std::string& bytes) {
  return ::lzma_crc32(as_lzma(bytes), bytes.size(), 0);
}

std::string lzma(const std::string& bytes, lzma_vli filter) {
  lzma_options_lzma options;
  EXPECT_FALSE(::lzma_lzma_preset(&options, 0));
  options.dict_size = kMiB;
  const std::array<lzma_filter, 2> filters = {
      lzma_filter{filter, &options}, lzma_filter{LZMA_VLI_UNKNOWN, nullptr}};
  std::vector<std::uint8_t> out(bytes.size() + bytes.size() / 3 + 1000);
  std::size_t size = 0;
  EXPECT_EQ(::lzma_raw_buffer_encode(filters.data(), nullptr, as_lzma(bytes), bytes.size(),
                                     out.data(), &size, out.size()),
            LZMA_OK);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string lzma2(const std::string& bytes) { return lzma(bytes, LZMA_FILTER_LZMA2); }

const std::string kCopy = "\x01\x01\x00"s;                // one coder, its number of one byte
const std::string kLzma2 = "\x01\x21\x21\x01\x10"s;       // a dictionary of 1 MiB
const std::string kLzma = "\x01\x23\x03\x01\x01\x05\x5D\x00\x00\x10\x00"s;

// The parts of a directory, as 7zFormat.txt names them.
std::string pack_info(const std::vector<std::uint64_t>& sizes, std::uint64_t begin = 0) {
  std::string text = "\x06" + number(begin) + number(sizes.size()) + "\x09";
  for (const std::uint64_t size : sizes) text += number(size);
  return text + '\0';
}

std::string folders(const std::vector<std::string>& coders,
                    const std::vector<std::uint64_t>& sizes) {
  std::string text = "\x07\x0B" + number(coders.size()) + '\0';
  for (const std::string& one : coders) text += one;
  text += '\x0C';
  for (const std::uint64_t size : sizes) text += number(size);
  return text + '\0';
}

const std::string kOneMemberEach = "\x08\x00"s;

std::string property(char type, const std::string& content) {
  return type + number(content.size()) + content;
}

std::string names(const std::vector<std::string>& of) {
  std::string text(1, '\0');
  for (const std::string& name : of) {
    for (const char c : name) text += {c, '\0'};
    text += "\0\0"s;
  }
  return property('\x11', text);
}

std::string modes(const std::vector<std::uint32_t>& of) {
  std::string text = "\x01\x00"s;
  for (const std::uint32_t mode : of) text += little_endian(0x8000U | mode << 16U, 4);
  return property('\x15', text);
}

std::string files(std::uint64_t count, const std::string& properties) {
  return "\x05" + number(count) + properties + '\0';
}

std::string directory(const std::string& streams, const std::string& the_files) {
  return "\x01\x04" + streams + '\0' + the_files + '\0';
}

std::string archive(const std::string& packed_bytes, const std::string& the_directory) {
  const std::string start = little_endian(packed_bytes.size(), 8) +
                            little_endian(the_directory.size(), 8) +
                            little_endian(checksum_of(the_directory), 4);
  return "7z\xBC\xAF\x27\x1C\x00\x04"s + little_endian(checksum_of(start), 4) + start +
         packed_bytes + the_directory;
}

// One member that states `stated_bytes` of content, packed by one coder.
std::string one_member(const std::string& coder, const std::string& packed_bytes,
                       std::uint64_t stated_bytes, std::uint32_t mode = kFileMode) {
  return archive(packed_bytes, directory(pack_info({packed_bytes.size()}) +
                                             folders({coder}, {stated_bytes}) + kOneMemberEach,
                                         files(1, names({"a.log"}) + modes({mode}))));
}

// The archive with its directory packed by one coder behind what is packed of its members.
std::string with_packed_directory(const std::string& members, const std::string& coder,
                                  const std::string& packed_directory,
                                  std::uint64_t stated_bytes) {
  const std::string record = "\x17" + pack_info({packed_directory.size()}, members.size()) +
                             folders({coder}, {stated_bytes}) + '\0';
  return archive(members + packed_directory, record);
}

// What was said when `content` was walked as a file that must be read as it is.
std::string refusal_of(const std::string& content, const Limits& limits = {}) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.7z", content);
  const Walked walked = walk(path, limits, std::size_t{1} << 16U);
  EXPECT_EQ(walked.items.size(), 1U);
  EXPECT_FALSE(walked.items[0].is_container) << walked.all_gaps();
  EXPECT_TRUE(walked.items[0].bytes == content);
  EXPECT_TRUE(walked.items[0].item.sha256.has_value());
  EXPECT_EQ(walked.gaps.size(), 1U) << walked.all_gaps();
  return walked.gaps_of(path);
}

::testing::AssertionResult is_refused(const std::string& content, const std::string& words,
                                      const Limits& limits = {}) {
  const std::string said = refusal_of(content, limits);
  if (said.find(words) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "said: " << said << "instead of: " << words;
}

// Of "a.log", the only member.
std::string content_of(const std::string& content, const Limits& limits = {}) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.7z", content);
  const Walked walked = walk(path, limits);
  EXPECT_EQ(walked.all_gaps(), "");
  return walked.at(path + "!/a.log").bytes;
}

TEST(SevenZip, SoundArchivesAreNotRefused) {
  const TemporaryFolder folder;
  std::vector<PackedMember> members = {{"empty.log", ""}, {"noise", noise(300'000, 1)}};
  for (int i = 0; i < 300; ++i)
    members.push_back({fmt::format("sub/{}.log", i), fmt::format("line {}\n", i)});
  const auto contents = testing::contents_of(members);
  members.push_back({"sub", "", 'd'});
  members.push_back({"link", "", 's', "sub/1.log"});
  for (const char* form : {"7z", "7z-store", "7z-deflate", "7z-bzip2", "7z-lzma1", "7z-lzma2",
                           "7z-ppmd"}) {
    const std::string path = folder.write("a.7z", packed(form, "", members));
    const Walked walked = walk(path);
    EXPECT_EQ(testing::contents_below(walked, path + "!/"), contents) << form;
    EXPECT_TRUE(testing::lines_say(walked.all_gaps(), {"symbolic link to sub/1.log"})) << form;
  }
  for (const std::vector<PackedMember>& few :
       {std::vector<PackedMember>{}, {{"empty.log", ""}}, {{"sub", "", 'd'}}}) {
    const std::string path = folder.write("a.7z", packed("7z", "", few));
    const Walked walked = walk(path);
    EXPECT_TRUE(walked.items[0].is_container);
    EXPECT_EQ(walked.all_gaps(), "");
  }
}

TEST(SevenZip, PackedDirectoriesAreRead) {
  const std::string content = "sound\n";
  const std::string plain = directory(pack_info({content.size()}) +
                                          folders({kCopy}, {content.size()}) + kOneMemberEach,
                                      files(1, names({"a.log"})));
  EXPECT_EQ(content_of(archive(content, plain)), content);
  EXPECT_EQ(content_of(with_packed_directory(content, kCopy, plain, plain.size())), content);
  EXPECT_EQ(content_of(with_packed_directory(content, kLzma2, lzma2(plain), plain.size())),
            content);
  EXPECT_EQ(content_of(with_packed_directory(content, kLzma, lzma(plain, LZMA_FILTER_LZMA1),
                                             plain.size())),
            content);
  Limits limits;
  limits.archive_directory_bytes = plain.size();
  EXPECT_EQ(content_of(with_packed_directory(content, kCopy, plain, plain.size()), limits),
            content);
  --limits.archive_directory_bytes;
  EXPECT_TRUE(is_refused(archive(content, plain),
                         fmt::format("limit: This begins like a 7z archive but cannot be unpacked "
                                     "(the limit archive-directory-bytes ({}) was reached: its "
                                     "directory has {} bytes); it was read as it is.",
                                     plain.size() - 1, plain.size()),
                         limits));
}

// Its target would be unpacked with the header, whatever its size.
TEST(SevenZip, LongLinksAreRefused) {
  const std::string target(65'536, 'a');
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.7z", one_member(kLzma2, lzma2(target), target.size(), kLinkMode));
  EXPECT_NE(walk(path).all_gaps().find("Member a.log is a symbolic link to aaaa"),
            std::string::npos);
  const std::string longer = target + 'a';
  EXPECT_EQ(content_of(one_member(kLzma2, lzma2(longer), longer.size())), longer);
  EXPECT_TRUE(is_refused(one_member(kLzma2, lzma2(longer), longer.size(), kLinkMode),
                         "damaged: This begins like a 7z archive but cannot be unpacked (member 1 "
                         "is a symbolic link with a target of 65537 bytes, and no system takes "
                         "more than 65536); it was read as it is."));
  // Members without content in front of it do not hide it.
  const std::string second = archive(
      longer, directory(pack_info({longer.size()}) + folders({kCopy}, {longer.size()}) +
                            kOneMemberEach,
                        files(2, property('\x0E', "\x80") + property('\x0F', "\x80") +
                                     names({"a", "b"}) + modes({kFileMode, kLinkMode}))));
  EXPECT_TRUE(is_refused(second, "member 2 is a symbolic link"));
}

TEST(SevenZip, DirectoriesThatUnpackToAnySizeAreRefused) {
  const std::string zeros(65 * kMiB, '\0');
  const std::string bomb = lzma2(zeros);
  EXPECT_TRUE(is_refused(with_packed_directory("", kLzma2, bomb, zeros.size()),
                         "limit: This begins like a 7z archive but cannot be unpacked (the limit "
                         "archive-directory-bytes (67108864) was reached: its directory has "
                         "68157440 bytes)"));
  // libarchive would go on to the end of what is packed.
  EXPECT_TRUE(is_refused(with_packed_directory("", kLzma2, bomb, 100),
                         fmt::format("its directory of 100 bytes is packed in {}, of which only",
                                     bomb.size())));
  EXPECT_TRUE(is_refused(with_packed_directory("", kLzma2, lzma2("short"), 100),
                         "its directory was unpacked to byte 5 of 100 and no further"));
  EXPECT_TRUE(is_refused(with_packed_directory("", "\x01\x21\x21\x01\x28"s,
                                               lzma2(noise(40'000, 1)), 100),
                         "archive-window-bytes"));
  EXPECT_TRUE(is_refused(with_packed_directory("", "\x01\x21\x21\x01\x29"s, bomb, 100),
                         "its directory is packed in a way that does not exist"));
  EXPECT_TRUE(is_refused(with_packed_directory("", kCopy, "abc", 4),
                         "its directory of 4 bytes is stored in 3"));
  EXPECT_TRUE(is_refused(with_packed_directory("", "\x01\x03\x04\x01\x08"s, "abc", 4),
                         "unsupported: This begins like a 7z archive but cannot be unpacked (its "
                         "directory is packed by 1 coders, the first of them 0x40108)"));
  const std::string twice = "\x17" + pack_info({3}) + folders({kCopy}, {3}) + '\0';
  EXPECT_TRUE(is_refused(with_packed_directory("", kCopy, twice, twice.size()),
                         "its directory has 0x17 instead of its begin (0x01) in front of byte 1"));
}

// Encrypted: what is in it is not looked at, and libarchive says so.
TEST(SevenZip, EncryptedDirectoriesAreSaid) {
  const std::string aes = "\x01\x24\x06\xF1\x07\x01\x02\x13\x00"s;
  EXPECT_TRUE(is_refused(with_packed_directory("", aes, noise(64, 1), 64), "encrypted"));
}

class InMemory final : public unpack::ByteSource {
 public:
  explicit InMemory(std::string_view bytes) : bytes_(bytes) {}
  std::size_t read(std::span<std::byte> /*into*/) override { return 0; }  // it can seek
  bool can_seek() const override { return true; }
  std::size_t read_at(std::uint64_t offset_bytes, std::span<std::byte> into) override {
    if (offset_bytes >= bytes_.size()) return 0;
    const Bytes rest = as_bytes(bytes_.substr(offset_bytes)).first(
        std::min<std::size_t>(into.size(), bytes_.size() - offset_bytes));
    std::copy(rest.begin(), rest.end(), into.begin());
    return rest.size();
  }
  std::uint64_t size_bytes() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

TEST(SevenZip, CountsKeepToTheLimits) {
  Limits limits;
  limits.archive_entries = 3;
  const auto many = [](std::uint64_t packed_count, std::uint64_t folders_count,
                       std::uint64_t members_count) {
    const std::string content(packed_count, 'x');
    std::string counts;
    for (std::uint64_t i = 0; i < folders_count; ++i) counts += "\x01";
    return archive(content,
                   directory(pack_info(std::vector<std::uint64_t>(packed_count, 1)) +
                                 folders(std::vector<std::string>(folders_count, kCopy),
                                         std::vector<std::uint64_t>(folders_count, 1)) +
                                 kOneMemberEach,
                             files(members_count, names(std::vector<std::string>(
                                                      members_count, "a.log")))));
  };
  const TemporaryFolder folder;
  const std::string path = folder.write("a.7z", many(3, 3, 3));
  EXPECT_EQ(walk(path, limits).items.size(), 4U);
  EXPECT_EQ(walk(path, limits).all_gaps(), "");
  // The walker asks with no less than the default, so that some members more do no harm.
  EXPECT_EQ(walk(folder.write("b.7z", many(4, 4, 4)), limits).items.size(), 4U);
  const auto says = [&](const std::string& content) {
    InMemory source(content);
    const auto refusal = unpack::refusal_of_seven_zip(source, limits);
    return refusal ? refusal->why : "";
  };
  EXPECT_EQ(says(many(4, 3, 3)),
            "the limit archive-entries (3) was reached: its directory has 4 packed streams");
  EXPECT_NE(says(many(3, 4, 3)).find("has 4 folders"), std::string::npos);
  EXPECT_NE(says(many(3, 3, 4)).find("has 4 members"), std::string::npos);
  const std::string in_one_folder =
      "\x08\x0D"s + number(2) + number(2) + "\x09" + number(1) + number(1) + '\0';
  EXPECT_NE(says(archive("abcd", directory(pack_info({2, 2}) + folders({kCopy, kCopy}, {2, 2}) +
                                                in_one_folder, "")))
                .find("has 4 or more members with content"),
            std::string::npos);
  // Numbers alone, as far as they go.
  for (const std::string& streams :
       {"\x06\x00"s + number(UINT64_MAX), "\x07\x0B"s + number(UINT64_MAX)})
    EXPECT_TRUE(is_refused(archive("", directory(streams, "")), "archive-entries (1000000)"));
  EXPECT_TRUE(is_refused(archive("", "\x01"s + files(99'999'999, "")),
                         "its directory has 99999999 members"));
}

// A decoder is not asked to keep more than it can come by: 40 KiB may be 280 MiB.
TEST(SevenZip, DictionariesKeepToTheLimit) {
  const auto of_size = [](char property) { return "\x01\x21\x21\x01"s + property; };
  const std::string content = noise(40'000, 1);
  const std::string bytes = lzma2(content);
  EXPECT_EQ(content_of(one_member(of_size('\x20'), bytes, content.size())), content);  // 256 MiB
  EXPECT_TRUE(is_refused(one_member(of_size('\x21'), bytes, content.size()),
                         "limit: This begins like a 7z archive but cannot be unpacked (the limit "
                         "archive-window-bytes (268435456) was reached: its directory has a folder "
                         "0 with a dictionary of"));
  Limits limits;
  limits.archive_window_bytes = kMiB;
  EXPECT_EQ(content_of(one_member(kLzma2, bytes, content.size()), limits), content);
  --limits.archive_window_bytes;
  EXPECT_TRUE(is_refused(one_member(kLzma2, bytes, content.size()),
                         "archive-window-bytes (1048575) was reached: its directory has a folder 0 "
                         "with a dictionary of 1048576 bytes", limits));
  EXPECT_TRUE(is_refused(one_member(kLzma, bytes, content.size()), "a dictionary of", limits));
  // The size that is stated for what comes out binds no decoder.
  EXPECT_TRUE(is_refused(one_member(of_size('\x28'), lzma2(std::string(300 * kMiB, 'a')), 10),
                         "a dictionary of"));
  EXPECT_EQ(content_of(one_member(of_size('\x28'), lzma2("few"), 3)), "few");
  const std::string ppmd = "\x01\x23\x03\x04\x01\x05\x06"s;
  EXPECT_TRUE(is_refused(one_member(ppmd + little_endian(256 * kMiB + 1, 4), "abcde", 3),
                         "a PPMd model of 268435457 bytes"));
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.7z", one_member(ppmd + little_endian(256 * kMiB, 4), "abcde", 3));
  EXPECT_TRUE(walk(path).items[0].is_container);
}

// Three decoders and BCJ2, bound as 7-Zip does it: libarchive decodes two of the streams whole.
TEST(SevenZip, StreamsOfBcj2KeepToTheLimit) {
  const std::string bcj2 = "\x04"s + kLzma2.substr(1) + kLzma2.substr(1) + kLzma2.substr(1) +
                           "\x14\x03\x03\x01\x1B\x04\x01"s +      // four streams in, one out
                           "\x05\x00\x04\x01\x03\x02"s +           // bound to those of the others
                           "\x02\x01\x00\x06"s;                    // packed streams
  const auto of_sizes = [&](std::uint64_t call, std::uint64_t jump, std::uint64_t main) {
    return archive("abcdefgh", directory(pack_info({2, 2, 2, 2}) +
                                             folders({bcj2}, {call, jump, main, 10}) +
                                             kOneMemberEach,
                                         files(1, names({"a.log"}))));
  };
  const TemporaryFolder folder;
  const std::uint64_t most = 256 * kMiB - 6;  // the packed ones count as well
  const std::string path = folder.write("a.7z", of_sizes(1, most - 1, 1024 * kMiB));
  EXPECT_TRUE(walk(path).items[0].is_container);
  EXPECT_TRUE(is_refused(of_sizes(2, most - 1, 10), "has a folder 0 with parts of BCJ2 of "
                                                    "268435457 bytes"));
  EXPECT_TRUE(is_refused(of_sizes(most, 1, 10), "parts of BCJ2"));
}

TEST(SevenZip, WrongChecksumsAreSaid) {
  const std::string sound = one_member(kCopy, "content", 7);
  EXPECT_EQ(content_of(sound), "content");
  std::string changed = sound;
  changed[30] = static_cast<char>(changed[30] ^ 1);
  EXPECT_TRUE(is_refused(changed, "damaged: This begins like a 7z archive but cannot be unpacked "
                                  "(its start header has the checksum"));
  changed = sound;
  changed.back() = '\x01';
  EXPECT_TRUE(is_refused(changed, "(its directory has the checksum"));
  const std::string plain = directory("", files(0, ""));
  std::string record = "\x17" + pack_info({plain.size()}) + folders({kCopy}, {plain.size()}) + '\0';
  record.replace(record.size() - 2, 2, "\x0A\x01" "1234\x00\x00"s);
  EXPECT_TRUE(is_refused(archive(plain, record), "(its unpacked directory has the checksum"));
}

// What libarchive would read otherwise than the format says.
TEST(SevenZip, OddDirectoriesAreRefused) {
  const std::string streams = pack_info({7}) + folders({kCopy}, {7}) + kOneMemberEach;
  const auto with_files = [&](const std::string& properties) {
    return archive("content", directory(streams, files(1, properties)));
  };
  const auto with_streams = [](const std::string& the_streams) {
    return archive("content", directory(the_streams, files(1, names({"a.log"}))));
  };
  const std::string sound = names({"a.log"});
  EXPECT_EQ(content_of(with_files(sound + property('\x19', "\0\0"s))), "content");
  for (const auto& [content, words] : std::vector<std::pair<std::string, std::string>>{
           {archive("", "\x01\x02\x00"s), "properties of the archive"},
           {archive("", "\x01\x03\x00"s), "streams for its own use"},
           {archive("", "\x09"), "0x09 instead of its begin (0x01) in front of byte 1"},
           {archive("", "\x01\x00\x00"s), "instead of its end"},
           {with_files(sound + property('\x15', "\x00\x80\x00\x00\x00\x00\x00"s)),
            "attributes of some members and not of the others"},
           {with_files(sound + property('\x15', "\x01\x01\x00"s)), "attributes that are kept"},
           {with_files(property('\x11', "\x01\x00"s)), "names that are kept elsewhere"},
           {with_files(sound + property('\x14', "\x01\x01\x00"s)), "times that are kept elsewhere"},
           {with_files(property('\x11', "\0a\0"s)), "0 whole names of 1 members"},
           {with_files(property('\x11', "\0a\0\0\0b\0"s)), "1 whole names of 1 members"},
           {with_files(sound + sound), "names for the second time"},
           {with_files(sound + modes({kFileMode}) + modes({kFileMode})), "attributes for the"},
           {with_files(property('\x0E', "\0"s) + property('\x0E', "\0"s)), "the members without"},
           {with_files(property('\x0E', "\0\0"s)), "0x0e that states 2 bytes and takes 1"},
           {archive("", "\x01"s + files(1, sound) + '\0'), "has content of 0 members"},
           {with_streams("\x06\x00\x01\x00"s), "0x00 instead of the sizes of packed streams"},
           {with_streams(pack_info({8})), "a packed stream 0 that ends behind the place where"},
           {with_streams(pack_info({1}, 8)), "a packed stream 0 that ends behind the place where"},
           {with_streams(pack_info({UINT64_MAX})), "a packed stream 0 that ends behind"},
           {with_streams("\x07\x0B\x01\x01\x00"s), "folders that are kept elsewhere"},
           {with_streams(pack_info({7}) + folders({"\x00"s}, {})), "a folder of 0 coders"},
           {with_streams(pack_info({7}) + folders({"\x05"s}, {})), "a folder of 5 coders"},
           {with_streams(pack_info({7}) + folders({"\x01\x81"s}, {})), "the unknown form 0x81"},
           {with_streams(pack_info({7}) + folders({"\x01\x0F"s}, {})), "the unknown form 0x0f"},
           {with_streams(pack_info({7}) + folders({"\x01\x11\x00\x01\x05"s}, {})),
            "a coder of 1 and 5 streams"},
           {with_streams(pack_info({7}) + folders({"\x01\x11\x00\x01\x02"s}, {})),
            "a folder of 1 and 2 streams"},
           {with_streams(pack_info({7}) + folders({"\x02\x01\x00\x01\x00\x02\x00"s}, {})),
            "streams 2 and 0 bound, which are not there"},
           {with_streams(pack_info({7}) + folders({kCopy, kCopy}, {7, 7}) + kOneMemberEach),
            "too few packed streams for folder 1"},
           {with_streams(pack_info({7}) + folders({kCopy}, {UINT64_MAX})), "a folder of 1844674"},
           {with_streams(pack_info({7}) + folders({kCopy}, {7}) + "\x08\x0D\x02\x00"s),
            "no sizes of the members of a folder"},
           {with_streams(pack_info({7}) + folders({kCopy}, {7}) + "\x08\x0D\x02\x09\x08\x00"s),
            "a member that is larger than its folder"},
       }) {
    EXPECT_TRUE(is_refused(content, words));
  }
}

// Cut anywhere behind what it is recognised by, it is read as it is, and that is said.
TEST(SevenZip, CutAnywhereIsSaid) {
  const std::string content = noise(50, 1);
  const std::string plain = directory(pack_info({50}) + folders({kCopy}, {50}) + kOneMemberEach,
                                      files(1, names({"a.log"}) + modes({kFileMode})));
  for (const std::string& whole :
       {archive(content, plain),
        with_packed_directory(content, kLzma2, lzma2(plain), plain.size()),
        packed("7z", "", {{"a.log", content}, {"b.log", "b"}})}) {
    for (std::size_t size = 32; size < whole.size(); ++size)
      EXPECT_TRUE(is_refused(whole.substr(0, size), "truncated: This begins like a 7z")) << size;
  }
}

// Changed anywhere, with checksums that fit: there is no crash, and what is lost is said.
TEST(SevenZip, ChangedAnywhere) {
  const TemporaryFolder folder;
  const std::string plain =
      directory(pack_info({4, 4}) + folders({kCopy, kLzma2}, {4, 40'000}) +
                    "\x08\x0D\x01\x02\x09\xC3\x50\x00\x00"s,
                files(4, property('\x0E', "\x20") + property('\x0F', "\x80") +
                             names({"a", "b", "c", "d"}) +
                             modes({kFileMode, kFileMode, kFileMode, kLinkMode})));
  for (std::size_t at = 0; at < plain.size(); ++at) {
    for (const int change : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::string changed = plain;
      changed[at] = static_cast<char>(changed[at] ^ change);
      const std::string path = folder.write("a.7z", archive("abcdefgh", changed));
      const Walked walked = walk(path);
      EXPECT_FALSE(walked.items.empty());
      EXPECT_TRUE(walked.items[0].is_container || walked.all_gaps() != "");
    }
  }
}

// In an archive it is looked at as well.
TEST(SevenZip, NestedOnesAreRefusedToo) {
  const TemporaryFolder folder;
  const std::string target(70'000, 'a');
  const std::string inner = one_member(kLzma2, lzma2(target), target.size(), kLinkMode);
  const std::string path = folder.write(
      "a.tar.gz", packed("ustar", "gzip", {{"in.7z", inner}, {"b.log", "sound"}}));
  const Walked walked = walk(path);
  EXPECT_TRUE(walked.at(path + "!/in.7z").bytes == inner);
  EXPECT_EQ(walked.at(path + "!/b.log").bytes, "sound");
  EXPECT_TRUE(testing::lines_say(walked.all_gaps(), {"in.7z: damaged: This begins like a 7z"}));
}

}  // namespace
}  // namespace pugmark
