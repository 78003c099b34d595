#include "detect/indicators/file_match.h"

#include <gtest/gtest.h>
#include <string>

namespace pugmark::indicators {
namespace {

const std::string kMd5 = "0123456789abcdef0123456789abcdef";
const std::string kSha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string matched(const FileMatcher& matcher, const FileFacts& file) {
  std::string text;
  for (const FileMatch& match : matcher.match(file))
    text +=
        (text.empty() ? "" : ", ") + match.list->file + ":" + std::to_string(match.indicator->line);
  return text;
}

TEST(FileMatcher, DigestsPathsAndNames) {
  const std::vector<List> lists = {
      parse_list("a", kSha256 + "\nC:\\inetpub\\wwwroot\\aspnet_client\\x.aspx\ny.exe\n", {}),
      parse_list("b", kMd5 + "\n" + kSha256 + "\n%TEMP%\\z*.dll\nC:\\ProgramData\\VSPerfMon\\\n",
                 {})};
  const FileMatcher matcher(lists);
  EXPECT_EQ(
      matched(matcher,
              {"f", "0123456789ABCDEF0123456789ABCDEF0123456789abcdef0123456789abcdef", "", ""}),
      "a:1, b:2");
  EXPECT_EQ(matched(matcher, {"f", "", "", kMd5}), "b:1");
  EXPECT_EQ(matched(matcher, {"image.zip/C/inetpub/wwwroot/ASPNET_client/X.aspx", "", "", ""}),
            "a:2");
  EXPECT_EQ(matched(matcher, {"C:\\Users\\a\\Y.EXE", "", "", ""}), "a:3");
  EXPECT_EQ(matched(matcher, {"C:\\y.exe\\other", "", "", ""}), "");
  EXPECT_EQ(matched(matcher, {"C:\\my y.exe", "", "", ""}), "");
  EXPECT_EQ(matched(matcher, {"/tmp/zero.dll", "", "", ""}), "b:3");
  EXPECT_EQ(matched(matcher, {"C/ProgramData/VSPerfMon/sub/a.bin", "", "", ""}), "b:4");
  EXPECT_EQ(matched(matcher, {"C/ProgramData/VSPerfMon2/a.bin", "", "", ""}), "");
}

}  // namespace
}  // namespace pugmark::indicators
