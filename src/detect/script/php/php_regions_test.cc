#include <gtest/gtest.h>

#include "detect/script/page.h"
#include "detect/script/php/php_testing.h"

namespace pugmark::script::php {
namespace {

TEST(PhpRegions, MarksOfAllKinds) {
  EXPECT_EQ(dump_regions("a<?php b ?>c<?= d ?>e<? f ?>g"),
            "markup a\ncode  b \nmarkup c\nexpression  d \nmarkup e\ncode  f \nmarkup g\n");
  EXPECT_EQ(dump_regions("x<SCRIPT language = 'php' >echo 1;</script >y"),
            "markup x\ncode echo 1;\nmarkup y\n");
  EXPECT_EQ(dump_regions("<script language=\"javascript\">a</script>"),
            "markup <script language=\"javascript\">a</script>\n");
  EXPECT_EQ(dump_regions("<?PHP a"), "code  a\n");
}

TEST(PhpRegions, InstructionsToOthersAreMarkup) {
  EXPECT_EQ(dump_regions("<?xml version='1.0'?><?php a ?>"),
            "markup <?xml version='1.0'?>\ncode  a \n");
  EXPECT_EQ(dump_regions("<?xpacket begin=''?>"), "markup <?xpacket begin=''?>\n");
}

TEST(PhpRegions, ShortMarksInBytesOfPicturesAreMarkup) {
  const std::string picture("\x01<?\x02\x03 <?php a", 13);
  EXPECT_EQ(dump_regions(picture), "markup \x01<?\x02\x03 \ncode  a\n");
  // What only looks like code ends where code is opened for certain.
  EXPECT_EQ(dump_regions("<?zzz <?php a"), "markup <?zzz \ncode  a\n");
}

TEST(PhpRegions, TheLineBreakBehindTheClosingMarkBelongsToIt) {
  EXPECT_EQ(dump_regions("<?php a ?>\n\nb"), "code  a \nmarkup \nb\n");
  EXPECT_EQ(dump_regions("<?php a ?>\r\nb"), "code  a \nmarkup b\n");
}

TEST(PhpRegions, ClosingMarksInStringsAndCommentsDoNotClose) {
  EXPECT_EQ(dump_regions("<?php '?>' \"?>\" `?>` /* ?> */ ?>m"),
            "code  '?>' \"?>\" `?>` /* ?> */ \nmarkup m\n");
  EXPECT_EQ(dump_regions("<?php '\\'?>' \"\\\"?>\" ?>m"), "code  '\\'?>' \"\\\"?>\" \nmarkup m\n");
  EXPECT_EQ(dump_regions("<?php <<<A\n?>\n  A; ?>m"), "code  <<<A\n?>\n  A; \nmarkup m\n");
  EXPECT_EQ(dump_regions("<?php <<<'A'\n?>AA\nA; ?>m"), "code  <<<'A'\n?>AA\nA; \nmarkup m\n");
  EXPECT_EQ(dump_regions("<?php \"{$a[\"?>\"]}?>\" ?>m"), "code  \"{$a[\"?>\"]}?>\" \nmarkup m\n");
}

TEST(PhpRegions, ClosingMarksInCommentsOfOneLineClose) {
  EXPECT_EQ(dump_regions("<?php // a ' ?>b<?php # c \" ?>d"),
            "code  // a ' \nmarkup b\ncode  # c \" \nmarkup d\n");
}

TEST(PhpRegions, AttributesAreNoComments) {
  EXPECT_EQ(dump_regions("<?php #[A('?>')] ?>b"), "code  #[A('?>')] \nmarkup b\n");
  EXPECT_EQ(dump_regions("<?php #[don't] ?>b"), "code  #[don't] \nmarkup b\n");
}

TEST(PhpRegions, AspMarksOnlyWithoutOthers) {
  EXPECT_EQ(dump_regions("a<% b // %>c<%= d %>e"),
            "markup a\ncode  b // \nmarkup c\nexpression  d \nmarkup e\n");
  EXPECT_EQ(dump_regions("a<% b %><?php c ?>"), "markup a<% b %>\ncode  c \n");
}

TEST(PhpRegions, NothingIsCodeBehindTheHaltedCompiler) {
  EXPECT_EQ(dump_regions("<?php a; __HALT_COMPILER ( ); <?php b"),
            "code  a; __HALT_COMPILER ( );\n");
  EXPECT_EQ(dump_regions("<?php __halt_compiler() ?>data;"), "code  __halt_compiler() \n");
  EXPECT_EQ(dump_regions("<?php $__halt_compiler; ?>b"), "code  $__halt_compiler; \nmarkup b\n");
}

TEST(PhpRegions, TextThatBeginsInCode) {
  std::vector<Region> regions;
  find_php_regions("a ?>b<?php c", true, regions);
  ASSERT_EQ(regions.size(), 3U);
  EXPECT_EQ(regions[0].kind, Region::Kind::kCode);
  EXPECT_EQ(regions[0].length, 2U);
  EXPECT_EQ(regions[1].kind, Region::Kind::kMarkup);
  EXPECT_EQ(regions[2].begin, 10U);
}

}  // namespace
}  // namespace pugmark::script::php
