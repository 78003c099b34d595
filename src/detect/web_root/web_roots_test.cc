#include "detect/web_root/web_roots.h"

#include <gtest/gtest.h>
#include <string>

#include "detect/web_root/neighbours.h"
#include "detect/web_root/web_root_testing.h"

namespace pugmark::web_root {
namespace {

using Words = std::vector<std::string>;
using Files = std::vector<MadeFile>;

constexpr char kCompiled[] =
    "s/C/Windows/Microsoft.NET/Framework64/v4/Temporary ASP.NET Files/a/1/";
constexpr char kOwa[] =
    "s/C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/";

MadeFile compiled(const std::string& page, const std::string& assembly = "App_Web_x") {
  return {
      kCompiled + page.substr(page.find_last_of('/') + 1) + ".1.compiled",
      "<preserve resultType=\"3\" virtualPath=\"" + page + "\" assembly=\"" + assembly + "\" />",
      {}};
}

// The ids of the rules that match, file by file.
Words ids(const Files& files) {
  Words ids;
  for (const std::string& words : words_together(files)) {
    const std::size_t begin = words.find(": ") + 2;
    ids.push_back(words.substr(begin, words.find(" @") - begin));
  }
  return ids;
}

TEST(WebRoots, PagesThatDoNotBelong) {
  EXPECT_EQ(words_together({{kOwa + std::string("odd.aspx"), "x", {}}}),
            Words{kOwa + std::string("odd.aspx: script-of-unknown-name @0+1 | is no page that "
                                     "Exchange puts into owa/auth: odd.aspx")});
  EXPECT_EQ(ids({{kOwa + std::string("Current/a/x.ashx"), "x", {}}}),
            Words{"script-where-none-belongs"});
  EXPECT_EQ(ids({{"w/aspnet_client/SUPP0RT.aspx", "x", {}}}),
            (Words{"name-of-known-shell", "script-where-none-belongs"}));
  EXPECT_EQ(ids({{"w/aspnet_client/dump.dmp", "x", {}}}), Words{"file-where-none-belongs"});
  EXPECT_TRUE(ids({{kOwa + std::string("LOGON.aspx"), "x", {}},
                   {"w/aspnet_client/web.config", "<configuration/>", {}},
                   {"w/aspnet_client/system_web/2_0/CrystalReportWebFormViewer3/x.aspx", "x", {}},
                   {"w/shop/supp0rt.aspx", "x", {}}})
                  .empty());
}

TEST(WebRoots, ACompiledPageProvesThatItRan) {
  const std::string page = kOwa + std::string("odd.aspx");
  const MadeFile library{kCompiled + std::string("App_Web_x.dll"), "MZ", {}};
  const Words with_source =
      words_together({compiled("/owa/auth/odd.aspx"), {page, "x", {}}, library});
  ASSERT_EQ(with_source.size(), 2U);
  EXPECT_NE(with_source[1].find("page-compiled-foreign"), std::string::npos);
  EXPECT_NE(with_source[1].find("whose source is there: " + page), std::string::npos);
  EXPECT_NE(with_source[1].find("the library made of it is there: " + library.path),
            std::string::npos);
  const Words without = words_together({compiled("/aspnet_client/a.aspx")});
  ASSERT_EQ(without.size(), 1U);
  EXPECT_NE(without[0].find("whose source is not in the evidence"), std::string::npos);
  EXPECT_EQ(without[0].find("library"), std::string::npos);
}

TEST(WebRoots, OnlyWhereTheFolderIsThereASourceIsGone) {
  const MadeFile other{"s/D/sites/shop/pages/other.aspx", "x", {}};
  EXPECT_EQ(ids({compiled("/pages/gone.aspx"), other}), Words{"page-compiled-source-gone"});
  EXPECT_TRUE(ids({compiled("/elsewhere/gone.aspx"), other}).empty());
  EXPECT_TRUE(ids({compiled("/pages/other.aspx"), other}).empty());
  EXPECT_TRUE(ids({compiled("/pages/gone.aspx"), {"t/D/shop/pages/other.aspx", "x", {}}}).empty())
      << "of another server";
  EXPECT_TRUE(ids({compiled("/owa/auth/logon.aspx"), {kOwa + std::string("logoff.aspx"), "x", {}}})
                  .empty());
  MadeFile precompiled = compiled("/pages/gone.aspx");
  precompiled.path = "s/D/sites/shop/bin/gone.aspx.1.compiled";
  EXPECT_TRUE(ids({precompiled, other}).empty()) << "handed over compiled";
}

MadeFile host(const std::string& path, const std::string& module, const std::string& folder = "") {
  std::string text = "<configuration><system.webServer><globalModules><add name=\"A\" image=\"" +
                     module + "\"/></globalModules></system.webServer><sites><site name=\"S\">";
  if (!folder.empty())
    text += "<application path=\"/v\"><virtualDirectory path=\"/\" physicalPath=\"" + folder +
            "\"/></application>";
  return {path, text + "</site></sites></configuration>", {}};
}
const std::string kPresent = "s/C/Windows/System32/inetsrv/config/applicationHost.config";
std::string copy(const std::string& number) {
  return "s/C/inetpub/history/CFGHISTORY_" + number + "/applicationHost.config";
}
constexpr char kStatic[] = "%windir%\\System32\\inetsrv\\static.dll";

TEST(WebRoots, HistoryTellsSinceWhenAModuleIsThere) {
  const std::string module = "D:\\tools\\x.dll";
  const Words words = words_together({host(copy("0000000009"), kStatic),
                                      host(copy("0000000010"), module), host(kPresent, module)});
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].find(copy("0000000010") + ": iis-module-added"), 0U) << words[0];
  EXPECT_NE(words[0].find("which the copy before does not have: " + copy("0000000009")),
            std::string::npos);
  EXPECT_TRUE(
      ids({host(copy("1"), kStatic), host(kPresent, "C:\\Program Files\\V\\x.dll")}).empty());
  EXPECT_TRUE(ids({host(kPresent, module)}).empty()) << "there is nothing to compare";
  MadeFile other = host(kPresent, module);
  other.path[0] = 't';
  EXPECT_TRUE(ids({host(copy("1"), kStatic), other}).empty()) << "of another server";
}

TEST(WebRoots, HistoryTellsSinceWhenAHandlerIsThere) {
  const auto with_handler = [](const std::string& path, const std::string& type) {
    return MadeFile{path,
                    "<configuration><system.webServer><handlers><add name=\"H\" path=\"*.x\" "
                    "type=\"" +
                        type + "\"/></handlers></system.webServer></configuration>",
                    {}};
  };
  EXPECT_EQ(ids({with_handler(copy("1"), "System.A"), with_handler(kPresent, "Inert.B")}),
            Words{"iis-module-added"});
  EXPECT_TRUE(
      ids({with_handler(copy("1"), "System.A"), with_handler(kPresent, "Microsoft.B")}).empty());
  EXPECT_TRUE(
      ids({with_handler(copy("1"), "System.A"), with_handler(kPresent, "IsapiModule")}).empty());
}

TEST(WebRoots, HistoryTellsWhatBecameOfAVirtualDirectory) {
  const Words words =
      words_together({host(copy("1"), kStatic), host(copy("2"), kStatic, "C:\\ProgramData\\AUX"),
                      host(kPresent, kStatic)});
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].find(copy("2") + ": iis-hidden-virtual-directory @"), 0U) << words[0];
  EXPECT_NE(words[0].find("is not in the older copy: " + copy("1")), std::string::npos);
  EXPECT_NE(words[0].find("is gone from the later copy: " + kPresent), std::string::npos);
}

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kBuilt = 1'500'000'000 * kSecond + 123'400;

Files nine_pages() {
  Files files;
  for (int i = 0; i < 9; ++i) {
    MadeFile& file = files.emplace_back();
    file.path = "w/p" + std::to_string(i) + ".aspx";
    file.bytes = std::string(1'000, 'x') + std::to_string(i);
    file.attributes.source = FileAttributes::Source::kZip;
    file.attributes.precision = TimePrecision::kHundredNanoseconds;
    file.attributes.modified_ns = kBuilt + i * kDay;
    file.attributes.created_ns = kBuilt + 20 * kDay;
    file.attributes.owner_id = 1;
  }
  return files;
}

TEST(WebRoots, TheOddOneOutDiffersInThreeThings) {
  Files files = nine_pages();
  EXPECT_TRUE(ids(files).empty());
  files[4].attributes.modified_ns = kBuilt + 100 * kDay;
  files[4].attributes.owner_id = 2;
  EXPECT_TRUE(ids(files).empty()) << "two are not enough";
  files[4].bytes = "short";
  EXPECT_EQ(ids(files), Words{"script-odd-one-out"});
  Files fewer(files.begin(), files.begin() + 8);
  EXPECT_TRUE(ids(fewer).empty());
  files[5].attributes.owner_id = 2;
  EXPECT_TRUE(ids(files).empty()) << "it is not the only one of that owner";
}

TEST(WebRoots, LanguageAndNameSpeakForTheOddOneToo) {
  Files files = nine_pages();
  for (MadeFile& file : files) file.bytes = "<%@ Page Language=\"C#\" %>" + file.path;
  files[4].bytes = "<%@ Page Language='JScript'%>wwwww";
  files[4].attributes.owner_id = 2;
  EXPECT_TRUE(ids(files).empty());
  files[4].path = "w/x8q1z.aspx";
  const Words words = words_together(files);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_NE(words[0].find("its directive names the language jscript, that of all others c#"),
            std::string::npos)
      << words[0];
}

TEST(WebRoots, NeitherAgeNorOwnerIsNoOddOne) {
  Files files = nine_pages();
  files[4].bytes = wide("s");
  files[4].path = "w/p4.php";
  files[4].attributes.mode = 0755;
  for (MadeFile& file : files) {
    if (file.attributes.mode == FileAttributes::kNoMode) file.attributes.mode = 0644;
  }
  EXPECT_TRUE(ids(files).empty());
  files[4].attributes.owner_id = 2;
  EXPECT_EQ(ids(files), Words{"script-odd-one-out"});
}

TEST(WebRoots, ATimeTakenOverFromANeighbour) {
  Files files = nine_pages();
  files.resize(3);
  files[1].attributes.modified_ns = files[0].attributes.modified_ns;
  EXPECT_TRUE(ids(files).empty()) << "created together";
  files[1].attributes.created_ns += 2 * kDay;
  const Words words = words_together(files);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].find("w/p1.aspx: file-times-contradict @0+1001"), 0U) << words[0];
  EXPECT_NE(words[0].find("w/p0.aspx"), std::string::npos);
  Files whole = files;
  for (MadeFile& file : whole) file.attributes.modified_ns -= 123'400;
  EXPECT_TRUE(ids(whole).empty()) << "whole seconds are the same by chance";
  Files three = files;
  three[2].attributes.modified_ns = files[0].attributes.modified_ns + 1'000;
  EXPECT_TRUE(ids(three).empty()) << "written together";
  three[2].attributes.modified_ns = files[0].attributes.modified_ns - 1'000;
  EXPECT_TRUE(ids(three).empty()) << "written together";
  Files copies = files;
  copies[1].bytes = copies[0].bytes;
  EXPECT_TRUE(ids(copies).empty()) << "a copy keeps the time";
  Files pictures = files;
  pictures[1].path = "w/p1.png";
  EXPECT_TRUE(ids(pictures).empty());
}

TEST(WebRoots, ATimeTakenOverShowsInTheLastChange) {
  Files files = nine_pages();
  files.resize(2);
  for (MadeFile& file : files) {
    file.attributes.created_ns = FileAttributes::kNoTime;
    file.attributes.changed_ns = kBuilt + 20 * kDay;
    file.attributes.modified_ns = kBuilt;
  }
  EXPECT_TRUE(ids(files).empty());
  files[1].attributes.changed_ns += 2 * kDay;
  EXPECT_EQ(ids(files), Words{"file-times-contradict"});
  files[1].attributes.changed_ns = FileAttributes::kNoTime;
  EXPECT_TRUE(ids(files).empty());
}

TEST(WebRoots, AWholeSecondAmongFractions) {
  Files files = nine_pages();
  for (MadeFile& file : files) file.attributes.created_ns = kBuilt + 60 * kDay;
  files[3].attributes.modified_ns = 1'500'000'000 * kSecond;
  EXPECT_TRUE(ids(files).empty()) << "created with the others";
  files[3].attributes.created_ns += 2 * kDay;
  EXPECT_EQ(ids(files), Words{"file-times-contradict"});
  files[4].attributes.modified_ns = 1'500'000'001 * kSecond;
  EXPECT_TRUE(ids(files).empty()) << "it is not the only one";
}

TEST(WebRoots, TimesAtTheEndsOfTheirRange) {
  Files files = nine_pages();
  files[0].attributes.modified_ns = INT64_MAX;
  files[1].attributes.modified_ns = INT64_MIN + 1;
  files[2].attributes.created_ns = INT64_MAX;
  files[3].attributes.created_ns = INT64_MIN + 1;
  (void)words_together(files);
}

}  // namespace
}  // namespace pugmark::web_root
