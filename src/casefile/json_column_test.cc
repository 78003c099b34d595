#include "casefile/sqlite/json_column.h"

#include <gtest/gtest.h>

#include "casefile/sqlite/schema.h"

namespace pugmark::sqlite {
namespace {

TEST(TextList, KeepsAnyBytes) {
  const std::vector<std::vector<std::string>> lists = {
      {},
      {""},
      {"a", "b\"c\\d", "\x01\x7f", "caf\xc3\xa9", "\xf0\x9f\x90\xbe", "\xff\xfe", "\xee\xbc\x80",
       "\xee\xbe\x80", "\xee\xbf\xbf", "\xee\xbd\xbf", "\xed\xb0\x80", std::string("\0x", 2)}};
  for (const auto& list : lists) {
    const std::string json = text_list_to_json(list);
    EXPECT_EQ(text_list_from_json(json), list) << json;
  }
  for (const char* wrong : {"", "[", "]", "[]x", "[\"a\"]]", "[\"a\",]", "[\"\\u12\"]",
                            "[\"\\ud83d\"]", "[\"\\ud83d\\u0041\"]", "[\"\\udcff\"]", "[\"\\x\"]",
                            "[ \"a\"]", "[\"a\" ]", "{}", "[1]"}) {
    EXPECT_FALSE(text_list_from_json(wrong)) << wrong;
  }
}

const Fields kFields = {{"Image", "C:\\x \"y\".exe"},
                        {"Image", "a second one"},
                        {"", "no name"},
                        {"bad\xff", std::string("\0\n\xc3\xa9", 4)}};

TEST(FieldsColumn, KeepsOrderRepeatsAndAnyBytes) {
  std::string json;
  fields_to_json(kFields, json);
  EXPECT_EQ(json, R"({"Image":"C:\\x \"y\".exe","Image":"a second one","":"no name",)"
                  R"("bad\uefff":"\uef00\u000a\u00e9"})");
  EXPECT_EQ(fields_from_json(json), kFields);
  fields_to_json({}, json);
  EXPECT_EQ(json, "{}");
  EXPECT_EQ(fields_from_json(json), Fields());
  for (const char* wrong : {"", "{", "{}x", "[]", R"({"a"})", R"({"a":1})", R"({"a":"b",})",
                            R"({"a":"b"}{)", R"({"a":"b" })", R"({"a":null})", R"({a:"b"})"}) {
    EXPECT_FALSE(fields_from_json(wrong)) << wrong;
  }
}

void expect_equal(const Because& a, const Because& b) {
  Finding finding;
  finding.fields = kFields;
  EXPECT_EQ(a.field, b.field);
  EXPECT_EQ(text_of(a, finding), text_of(b, finding));
  EXPECT_EQ(a.pattern, b.pattern);
  EXPECT_EQ(a.offset_bytes, b.offset_bytes);
  EXPECT_EQ(a.reading, b.reading);
}

TEST(BecauseColumn, SaysAValueThatIsAFieldOnlyOnce) {
  const std::vector<Because> because = {
      {"Image", "", "endswith: .exe", 17, "", true},
      {"Image", "a second one", "contains: second", UINT64_MAX, "joined"},
      {"", "a keyword", "k", std::nullopt, ""},
      {"", "no name", "n", 0, ""}};
  std::string json;
  because_to_json(because, kFields, json);
  EXPECT_EQ(json,
            R"([{"field":"Image","value":null,"pattern":"endswith: .exe",)"
            R"("offset_bytes":17,"reading":""},)"
            R"({"field":"Image","value":"a second one","pattern":"contains: second",)"
            R"("offset_bytes":18446744073709551615,"reading":"joined"},)"
            R"({"field":"","value":"a keyword","pattern":"k","offset_bytes":null,"reading":""},)"
            R"({"field":"","value":null,"pattern":"n","offset_bytes":0,"reading":""}])");
  const auto back = because_from_json(json, kFields);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), because.size());
  for (std::size_t i = 0; i < because.size(); ++i) expect_equal(because[i], (*back)[i]);
  EXPECT_FALSE(because_from_json(json, {})) << "a null without a field of that name";
  for (std::size_t size = 0; size < json.size(); ++size)
    EXPECT_FALSE(because_from_json(json.substr(0, size), kFields)) << size;
}

TEST(BecauseColumn, TakesNoOtherForm) {
  const std::string right =
      R"([{"field":"","value":"v","pattern":"p","offset_bytes":7,"reading":""}])";
  ASSERT_TRUE(because_from_json(right, {}));
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{":7", ":07"},
                                                        {":7", ":-7"},
                                                        {":7", ":"},
                                                        {":7", ":18446744073709551616"},
                                                        {":7", ":\"7\""},
                                                        {"\"p\"", "null"},
                                                        {"pattern", "patterm"},
                                                        {",\"reading\":\"\"", ""}}) {
    std::string wrong = right;
    wrong.replace(wrong.find(from), from.size(), to);
    EXPECT_FALSE(because_from_json(wrong, {})) << wrong;
  }
}

TEST(JsonColumn, LongTextsAreCutAndSaySoOnce) {
  const std::string longer(kFindingTextBytesMax + 200, 'a');
  const std::string cut = cut_text(longer, kFindingTextBytesMax);
  std::string json;
  fields_to_json({{"f", cut}, {"g", longer}}, json);
  const auto fields = fields_from_json(json);
  ASSERT_TRUE(fields);
  EXPECT_EQ((*fields)[0].second, cut);
  EXPECT_EQ((*fields)[1].second, cut);
}

// A few bytes of JSON take many of memory.
TEST(FieldsColumn, RefusesEndlessFields) {
  std::string json = "{";
  for (int i = 0; i < 1'000'000; ++i) json += R"("":"",)";
  json.back() = '}';
  EXPECT_TRUE(fields_from_json(json));
  json.back() = ',';
  EXPECT_FALSE(fields_from_json(json + R"("":""})"));
}

}  // namespace
}  // namespace pugmark::sqlite
