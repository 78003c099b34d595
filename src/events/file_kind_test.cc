#include "events/file_kind.h"

#include <gtest/gtest.h>
#include <string>

namespace pugmark {
namespace {

std::string kind(std::string_view head, std::string_view path) {
  return std::string(to_string(nature_of(as_bytes(head), path).kind));
}

std::string encoding(std::string_view head) {
  return std::string(to_string(nature_of(as_bytes(head), "a.txt").encoding));
}

std::string utf16le(std::string_view text) {
  std::string out;
  for (const char c : text) out += {c, '\0'};
  return out;
}

std::string utf16be(std::string_view text) {
  std::string out;
  for (const char c : text) out += {'\0', c};
  return out;
}

TEST(FileKind, GoesByTheNameThatAServerGoesBy) {
  for (const char* const path :
       {"a/x.php", "x.PHP5", "C:\\inetpub\\x.aspx", "x.asp;.jpg", "x.aspx.", "x.aspx . ",
        "x.aspx::$DATA", "a.zip!/b/x.ashx", "x.jspx", "x.cfm", "web.config", ".htaccess", "x.cgi"})
    EXPECT_TRUE(has_script_name(path)) << path;
  for (const char* const path : {"a.php/x.log", "x.php.log", "php", "x", "", "x.html", "x.js",
                                 "u_ex210302.log", "x.jpg;.txt"})
    EXPECT_FALSE(has_script_name(path)) << path;
  EXPECT_EQ(extension_of("a.b/C.TXT"), "txt");
  EXPECT_EQ(extension_of("a.b/c"), "");
}

TEST(FileKind, AScriptIsOneByItsNameWhateverItBeginsWith) {
  EXPECT_EQ(kind("GIF89a", "x.php"), "script");
  EXPECT_EQ(kind("MZ", "x.aspx"), "script");
  EXPECT_EQ(kind(std::string(100, '\0'), "x.jsp"), "script");
  EXPECT_EQ(kind("-----BEGIN CERTIFICATE-----\n", "x.cer"), "script");
  EXPECT_EQ(kind(std::string("\x30\x82\x03\x00\x30\x82", 6), "x.cer"), "document");
}

TEST(FileKind, AScriptIsOneByItsMarks) {
  EXPECT_EQ(kind("text <?php one", "x.txt"), "script");
  EXPECT_EQ(kind("<% one %>", "x.txt"), "script");
  EXPECT_EQ(kind("<% a template for browsers %>", "x.html"), "page");
  EXPECT_EQ(kind("<%@ Page %>", "x.html"), "script");
  EXPECT_EQ(kind("#!/bin/sh\n", "run"), "script");
  EXPECT_EQ(kind("<div RunAt=\"Server\">", "x.htm"), "script");
  EXPECT_EQ(kind(std::string("\0\0\0\1", 4) + "<?php", "x.dat"), "script") << "among zeros";
  EXPECT_EQ(kind(utf16le("<%@ page %>, and more text behind it"), "x.txt"), "script");
}

TEST(FileKind, TellsWhatIsNoScript) {
  EXPECT_EQ(kind("body { }", "x.css"), "page");
  EXPECT_EQ(kind("<!DOCTYPE html><p>", "x"), "page");
  EXPECT_EQ(kind("some words", "x"), "text");
  EXPECT_EQ(kind(std::string("MZ\x90\0\3\0", 6), "x"), "executable");
  EXPECT_EQ(kind("\x7f"
                 "ELF",
                 "x"),
            "executable");
  EXPECT_EQ(kind("\xD0\xCF\x11\xE0", "x.doc"), "document");
  EXPECT_EQ(kind("!BDN", "x.tmp"), "document");
  EXPECT_EQ(kind("\x89PNG", "x"), "image");
  EXPECT_EQ(kind(std::string("\1\2\0\4\5\6\0\7", 8), "x.bin"), "unknown");
  EXPECT_EQ(kind(std::string("\xff\xfe\0\1\2\3\4\5\6\7", 10), "x.bin"), "unknown");
}

TEST(FileKind, TellsHowATextIsToBeRead) {
  EXPECT_EQ(encoding("plain"), "ascii");
  EXPECT_EQ(encoding("gr\xC3\xBC\xC3\x9F"), "utf-8");
  EXPECT_EQ(encoding("cut inside gr\xC3"), "utf-8");
  EXPECT_EQ(encoding("gr\xFC\xDF and more"), "8-bit");
  EXPECT_EQ(encoding("\xEF\xBB\xBFplain"), "utf-8 with mark");
  EXPECT_EQ(encoding("\xFF\xFE" + utf16le("plain")), "utf-16le");
  EXPECT_EQ(encoding("\xFE\xFF" + utf16be("plain")), "utf-16be");
  EXPECT_EQ(encoding(utf16le("without a mark")), "utf-16le");
  EXPECT_EQ(encoding(utf16be("without a mark")), "utf-16be");
}

}  // namespace
}  // namespace pugmark
