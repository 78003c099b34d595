#include "detect/sigma/logsource.h"

#include <gtest/gtest.h>

namespace pugmark::sigma {
namespace {

std::string names_of(const std::string& product, const std::string& category,
                     const std::string& service) {
  const Routing routing = routes({product, category, service, ""});
  std::string names;
  for (const Route& route : routing.routes) names += (names.empty() ? "" : ", ") + route.name;
  return routing.routes.empty() ? routing.why_not : names;
}

std::string text_of(ValueRewrite rewrite, std::string_view text) {
  return rewritten(rewrite, text).value_or("nothing");
}

// The rename for a rule's field on this route, or nullptr.
const FieldRename* find_rename(const Route& route, std::string_view rule_field) {
  for (const FieldRename& rename : route.renames) {
    if (rename.rule_field == rule_field) return &rename;
  }
  return nullptr;
}

TEST(SigmaLogSource, Routes) {
  EXPECT_EQ(names_of("windows", "process_creation", ""), "Sysmon 1, Security 4688");
  EXPECT_EQ(names_of("windows", "process_creation", "security"), "Security 4688");
  EXPECT_EQ(names_of("windows", "registry_add", ""), "Sysmon 12 CreateKey, Security 4657");
  EXPECT_EQ(names_of("windows", "network_connection", ""), "Sysmon 3, Security 5156");
  EXPECT_EQ(names_of("windows", "ps_script", ""), "PowerShell 4104, PowerShellCore 4104");
  EXPECT_EQ(names_of("windows", "", "application"), "Application");
  EXPECT_EQ(names_of("windows", "", "msexchange-management"), "MSExchange Management");
  EXPECT_EQ(names_of("windows", "", ""), "every Windows channel");
  EXPECT_EQ(names_of("", "webserver", ""), "web server log, Exchange HttpProxy as web server log");
  EXPECT_EQ(names_of("exchange", "", "ecp-server"), "Exchange ECP server");
  EXPECT_EQ(routes({"exchange", "", "", ""}).routes.size(), 11U);
  EXPECT_EQ(routes({"", "antivirus", "", ""}).routes.size(), 12U);
}

TEST(SigmaLogSource, WhatCannotBeRoutedSaysWhatItNeeds) {
  EXPECT_EQ(names_of("linux", "", "auditd"), "no reader for linux auditd logs");
  EXPECT_EQ(names_of("", "proxy", ""), "no reader for proxy logs");
  EXPECT_EQ(names_of("linux", "process_creation", ""), "no reader for linux process_creation logs");
  EXPECT_EQ(names_of("windows", "", "nothing"), "no reader for windows nothing logs");
  EXPECT_EQ(names_of("windows", "file_access", ""),
            "needs a file access trace (ETW or an EDR product); Sysmon does not record it");
}

TEST(SigmaLogSource, NativeEventsAreRenamed) {
  const Routing routing = routes({"windows", "process_creation", "", ""});
  ASSERT_EQ(routing.routes.size(), 2U);
  EXPECT_EQ(find_rename(routing.routes[0], "Image"), nullptr);
  const FieldRename* image = find_rename(routing.routes[1], "Image");
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(image->event_fields, (std::vector<std::string>{"NewProcessName"}));
  EXPECT_EQ(routing.routes[1].event_ids, (std::vector<std::uint32_t>{4688}));
}

// One public rule about Exchange asks for `Level: Error`; events carry numbers.
TEST(SigmaLogSource, LevelsOfWindowsEventsAreAlsoReadByName) {
  for (const LogSource& source :
       {LogSource{"windows", "", "application", ""},
        LogSource{"windows", "process_creation", "", ""}, LogSource{"windows", "", "", ""}}) {
    for (const Route& route : routes(source).routes) {
      const FieldRename* level = find_rename(route, "Level");
      ASSERT_NE(level, nullptr) << route.name;
      EXPECT_EQ(level->event_fields, (std::vector<std::string>{"Level"}));
      EXPECT_EQ(rewritten(level->rewrite, "2"), "Error");
    }
  }
  EXPECT_EQ(find_rename(routes({"", "webserver", "", ""}).routes[0], "Level"), nullptr);
}

TEST(SigmaLogSource, Rewrites) {
  EXPECT_EQ(text_of(ValueRewrite::kIntegrityLevel, "S-1-16-12288"), "High");
  EXPECT_EQ(text_of(ValueRewrite::kDevicePath, "\\device\\harddiskvolume3\\a\\b.exe"),
            "C:\\a\\b.exe");
  EXPECT_EQ(text_of(ValueRewrite::kDevicePath, "\\device\\harddiskvolume\\a"), "nothing");
  EXPECT_EQ(text_of(ValueRewrite::kDirection, "%%14593"), "true");
  EXPECT_EQ(text_of(ValueRewrite::kProtocol, "17"), "udp");
  EXPECT_EQ(text_of(ValueRewrite::kRegistryPath, "\\REGISTRY\\MACHINE\\SOFTWARE\\X"),
            "HKLM\\SOFTWARE\\X");
  EXPECT_EQ(text_of(ValueRewrite::kRegistryPath, "\\REGISTRY\\USERS\\X"), "nothing");
  EXPECT_EQ(text_of(ValueRewrite::kRegistryOperation, "%%1906"), "DeleteValue");
  EXPECT_EQ(text_of(ValueRewrite::kLevelName, "2"), "Error");
  EXPECT_EQ(text_of(ValueRewrite::kLevelName, "0"), "nothing");
  EXPECT_EQ(text_of(ValueRewrite::kNone, "x"), "nothing");
}

}  // namespace
}  // namespace pugmark::sigma
