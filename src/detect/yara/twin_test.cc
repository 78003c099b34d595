// The scanner against its slow twin: public rules as libyara alone compiles and tries them, file by
// file, without the search for first matches only.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>
#include <yara.h>

#include "detect/yara/rules.h"
#include "detect/yara/scanner.h"

namespace pugmark::yara {
namespace {

// As Rules names it: what is found has to be the same, whatever the file's folder.
using Found = std::set<std::string>;

class Twin {
 public:
  explicit Twin(const std::filesystem::path& folder) {
    EXPECT_EQ(yr_initialize(), ERROR_SUCCESS);
    YR_COMPILER* compiler = nullptr;
    EXPECT_EQ(yr_compiler_create(&compiler), ERROR_SUCCESS);
    for (const char* name : kExternalVariables)
      yr_compiler_define_string_variable(compiler, name, "");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".yar") continue;
      std::FILE* file = std::fopen(entry.path().c_str(), "r");
      EXPECT_NE(file, nullptr);
      EXPECT_EQ(yr_compiler_add_file(compiler, file, entry.path().c_str(), nullptr), 0);
      std::fclose(file);
    }
    EXPECT_EQ(yr_compiler_get_rules(compiler, &rules_), ERROR_SUCCESS);
    yr_compiler_destroy(compiler);
  }
  ~Twin() {
    yr_rules_destroy(rules_);
    yr_finalize();
  }
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  Found scan(const std::string& text) const {
    Found found;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());  // only a view
    EXPECT_EQ(yr_rules_scan_mem(rules_, bytes, text.size(), 0, note, &found, 0), ERROR_SUCCESS);
    return found;
  }

 private:
  static int note(YR_SCAN_CONTEXT* /*context*/, int message, void* data, void* user_data) {
    const auto* rule = static_cast<const YR_RULE*>(data);
    if (message == CALLBACK_MSG_RULE_MATCHING)
      static_cast<Found*>(user_data)->insert(std::string(rule->ns->name) + " " + rule->identifier);
    return CALLBACK_CONTINUE;
  }

  YR_RULES* rules_ = nullptr;
};

// The characters of a rule's plain strings, as often as asked: what many of its conditions want.
std::string text_for(const Rule& rule, int times) {
  std::string text;
  for (const RuleString& string : rule.strings) {
    if (!string.text.starts_with('"')) continue;
    for (int i = 0; i < times; ++i)
      text += string.text.substr(1, string.text.rfind('"') - 1) + '\n';
  }
  return text;
}

TEST(YaraTwin, PublicRulesFindTheSame) {
  const char* root = std::getenv("PUGMARK_DATA");
  const std::filesystem::path folder =
      std::filesystem::path(root == nullptr ? "/none" : root) / "yara/signature-base";
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "skipped, no data: PUGMARK_DATA/yara/signature-base";
  RulesOptions options;
  options.paths.push_back(folder);
  options.threads_count = 2;
  const auto loaded = Rules::load(options);
  ASSERT_TRUE(loaded.ok());
  const Rules& rules = *loaded.value();
  EXPECT_EQ(rules.rules().size() + rules.rejected().size(), 870U);
  ASSERT_EQ(rules.rejected().size(), 1U);
  EXPECT_EQ(rules.rejected()[0].name, "Mimikatz_Strings") << "it imports the module pe";

  const Twin twin(folder);
  Scanner scanner(rules, {});
  std::size_t matches_count = 0;
  std::string all_text = "<?php <% ";
  for (const Rule& rule : rules.rules()) {
    for (const std::string& text :
         {text_for(rule, 1), "<?php " + text_for(rule, 3), all_text.substr(all_text.size() / 2)}) {
      Found found;
      const Scan& scan = scanner.scan(whole_file(as_bytes(text)), {}, nullptr);
      ASSERT_EQ(scan.end, Scan::End::kComplete);
      for (const RuleMatch& match : scan.matches) {
        const Rule& matched = rules.rules()[match.rule];
        found.insert(matched.file + " " + matched.name);
      }
      Found expected = twin.scan(text);
      std::erase_if(expected, [](const std::string& name) {
        return name.ends_with("/gen_mimikatz.yar Mimikatz_Strings");
      });
      EXPECT_EQ(found, expected) << rule.name;
      matches_count += found.size();
    }
    if (all_text.size() < 100'000) all_text += text_for(rule, 1);
  }
  EXPECT_GT(matches_count, 1'000U);
}

}  // namespace
}  // namespace pugmark::yara
