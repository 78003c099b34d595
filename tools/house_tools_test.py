#!/usr/bin/env python3
"""The house's own tools, shown samples: each bad one must be found, and no good one."""

import pathlib
import tempfile
import unittest

import check_documents
import check_rooms
import cpp_text
import skipped_tests
import tidy

ROOMS = "base:\nevidence: base\nevents: base evidence\ndetect: base evidence events\n"
HEADER = "#pragma once\n"


class Tree(unittest.TestCase):
    """A folder of made-up files, outside any repository."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class SkippedTestsTest(unittest.TestCase):
    LOG = ("1/4 Testing: a/Ran\n[       OK ]\nTest Passed.\n"
           "2/4 Testing: a/Said\nx.cc:1: Skipped\nskipped, no data: b\n"
           "Skip regular expression found in output.\n"
           "3/4 Testing: a/ByExitCode\nskipped, no data: c\nTest Passed.\n"
           "4/4 Testing: a/Silent\nx.cc:2: Skipped\nSkip regular expression found in output.\n")

    def test_each_with_its_reason(self):
        self.assertEqual(list(skipped_tests.skipped(self.LOG)),
                         [("a/Said", "skipped, no data: b"),
                          ("a/ByExitCode", "skipped, no data: c"), ("a/Silent", "")])


class RoomsTest(Tree):
    def complaints(self, name, text, rooms=ROOMS):
        self.write("src/rooms.txt", rooms)
        for header in ("base/a.h", "base/a_testing.h", "base/a_twin.h", "evidence/b.h",
                       "evidence/zip/z.h", "detect/d.h", "events/event.h"):
            self.write("src/" + header, HEADER)
        self.write(name, text)
        return check_rooms.check(self.root)[0]

    def test_good_arrows(self):
        text = '#include "evidence/b.h"\n\n#include <vector>\n\n#include "base/a.h"\n'
        self.assertEqual(self.complaints("src/detect/x.cc", text), [])
        self.assertEqual(self.complaints("src/evidence/x.cc", '#include "evidence/zip/z.h"\n'), [])
        self.assertEqual(self.complaints("src/base/x_test.cc", '#include "base/a_testing.h"\n'), [])

    def test_wrong_arrows(self):
        for name, text, expected in (
                ("src/base/x.cc", '\n#include "detect/d.h"\n',
                 "src/base/x.cc:2: base may not include detect"),
                ("src/detect/x.cc", '#include "evidence/zip/z.h"\n',
                 "src/detect/x.cc:1: evidence/zip/z.h is private to evidence"),
                ("src/detect/x.cc", '  #  include "d.h"\n',
                 'src/detect/x.cc:1: "d.h" is not of the form "room/header.h"'),
                ("src/base/x.cc", "#include <detect/d.h>\n",
                 'src/base/x.cc:1: write "detect/d.h", not <detect/d.h>'),
                ("src/base/x.cc", '#include "base/none.h"\n',
                 "src/base/x.cc:1: base/none.h does not exist"),
                ("src/base/x.cc", '#include "base/a_testing.h"\n',
                 "src/base/x.cc:1: base/a_testing.h is for tests and fuzzers alone"),
                ("src/base/x.cc", '#include "base/a_twin.h"\n',
                 "src/base/x.cc:1: base/a_twin.h is for tests and fuzzers alone"),
                ("fuzz/base_x_fuzz.cc", '#include "evidence/b.h"\n',
                 "fuzz/base_x_fuzz.cc:1: base may not include evidence"),
                ("src/story/x.cc", "", "src/story/x.cc: story is not in src/rooms.txt"),
                ("src/x.cc", "", "src/x.cc: a source file stands in a room, not in src/")):
            with self.subTest(expected):
                self.assertEqual(self.complaints(name, text), [expected])
                (self.root / name).unlink()

    def test_views_stop_at_detect(self):
        rooms = ROOMS + "casefile: base evidence events detect\n"
        self.assertEqual(self.complaints("src/casefile/x.cc", '#include "events/event.h"\n', rooms),
                         ["src/casefile/x.cc:1: views stop at detect: casefile may not include "
                          "events/event.h"])

    def test_bad_rooms_file(self):
        for rooms, expected in (
                ("base: evidence\nevidence:\n", "rooms.txt:1: evidence is not a room above base"),
                ("base:\nbase:\n", "rooms.txt:2: base is listed twice"),
                ("base\n", "rooms.txt:1: not of the form `room: room room`")):
            with self.subTest(expected):
                self.write("src/rooms.txt", rooms)
                self.assertEqual(check_rooms.check(self.root)[0], [expected])

    def test_picture_leaves_out_what_follows(self):
        self.write("src/rooms.txt", ROOMS)
        picture = check_rooms.picture(self.root)
        self.assertIn("detect --> events", picture)
        self.assertNotIn("detect --> base", picture)


def function_of(lines_count, first_line_comment=""):
    body = "\n".join("  work();" for _ in range(lines_count - 2))
    return f"void f() {{{first_line_comment}\n{body}\n}}\n"


class TidyTest(Tree):
    def complaints(self, name, text):
        self.write(name, text)
        checker = tidy.Tidy(self.root)
        checker.run()
        (self.root / name).unlink()
        return checker.complaints

    def assert_clean(self, name, text):
        self.assertEqual(self.complaints(name, text), [])

    def assert_complaint(self, name, text, *words):
        complaints = self.complaints(name, text)
        self.assertEqual(len(complaints), 1, f"{complaints} for {text!r}")
        for word in words:
            self.assertIn(word, complaints[0])

    def test_good_file(self):
        self.assert_clean("src/base/a.h", HEADER + "// strcpy( in a comment is no call\nint f();\n")
        self.assert_clean("src/base/a.cc", 'const char* kText = "std::endl; atoi(1)";\n')
        self.assert_clean("src/base/a.cc", "auto x = file.system(1); my::rand();\n")

    def test_lines(self):
        self.assert_clean("src/base/a.cc", "//" + "x" * 98 + "\n")
        self.assert_clean("src/base/a.cc", "//" + "ä" * 98 + "\n")
        self.assert_complaint("src/base/a.cc", "//" + "x" * 99 + "\n", ":1: 101 columns")
        self.assert_complaint("src/base/a.cc", "int a; \n", "blanks")
        self.assert_complaint("src/base/a.cc", "int a;\r\n", "blanks")
        self.assert_complaint("src/base/a.cc", "\tint a;\n", "a tab")
        self.assert_complaint("src/base/a.cc", "int a;", "no line end")

    def test_sizes(self):
        self.assert_clean("src/base/a.cc", function_of(70))
        self.assert_complaint("src/base/a.cc", function_of(71), ":1: a function of 71 lines")
        self.assert_complaint("src/base/a.cc", "TEST(A, B) {" + function_of(80)[10:], "a function")
        self.assert_clean("src/base/a.cc", function_of(80, "  // a table of all opcodes"))
        self.assert_complaint("src/base/a.cc", function_of(80, "  // it is long"), "a function")
        self.assert_clean("src/base/a.cc", "int a;\n" * 800)
        self.assert_complaint("src/base/a.cc", "int a;\n" * 801, "801 lines")

    def test_banned(self):
        for call in ("strcpy(a, b);", "std::sprintf(a, b);", "int a = atoi(b);", "std::stoi(a);",
                     "rand();", "std::system(a);", "std::regex r;", "out << std::endl;",
                     "using namespace std;", "#include <regex>", "thread.detach();", "gets(a);",
                     "GTEST_SKIP();", "TEST(A, DISABLED_B);", "EXPECT_TRUE(true);",
                     "try { a(); } catch (...) {}", "gmtime(&t);", "std::cout << 1;", 'puts("a");',
                     "auto* a = reinterpret_cast<int*>(b);", "a();  // NOLINT"):
            with self.subTest(call):
                self.assert_complaint("src/base/a.cc", call + "\n", "src/base/a.cc:1: ")

    def test_empty_tests(self):
        for text in ("TEST(A, B) {}\n", "TEST_F(A, B) {\n}\n", "TEST_P(A, B) {\n  // later\n}\n",
                     "TYPED_TEST(A,\n           B) { }\n"):
            with self.subTest(text):
                self.assert_complaint("src/base/a_test.cc", "\n" + text, ":2: an empty test")
        self.assert_clean("src/base/a_test.cc", "TEST(A, B) {\n  EXPECT_EQ(f({}), 1);\n}\n")
        self.assert_clean("src/base/a_test.cc", "// TEST(A, B) {}\nclass TEST_G {};\n")

    def test_allowed_with_reason(self):
        self.assert_clean("src/cli/a.cc", "std::cout << 1;\n")
        self.assert_clean("src/base/a.cc", "// char may alias\na(reinterpret_cast<char*>(b));\n")
        self.assert_clean("src/base/a.cc", "A(int b);  // NOLINT: implicit by design\n")
        self.assert_clean("src/base/a.cc", 'GTEST_SKIP() << "skipped, no data";\n')

    def test_header_guard(self):
        self.assert_complaint("src/base/a.h", "int f();\n", "#pragma once")
        self.assert_clean("src/base/a.h", "// Why this exists.\n#pragma once\n")

    def test_words(self):
        for words in ("TO" + "DO later", "see FIX" + "ME", "/wo" + "rk/main/a", "/ho" + "me/me/a",
                      "https://pypi" + ".org/simple", "deb.debian" + ".org"):
            with self.subTest(words):
                self.assert_complaint("docs/a.md", words + "\n", "docs/a.md:1: ")
        self.assert_clean("docs/a.md", "framework/main, mkostemp(XXXXXX), /home/user\n")

    def test_addresses(self):
        for bad in ("8.8." + "8.8", "2606:4700::" + "1111", "https://evil." + "com/x",
                    "1.2." + "3.4:443"):
            with self.subTest(bad):
                self.assert_complaint("tests/scenario/001-a/a.log", f"x {bad} y\n", "may belong")
                self.assert_complaint("src/base/a_test.cc", f'auto a = "{bad}";\n', "may belong")
        good = ("192.0.2.1 198.51.100.7 203.0.113.255 10.0.0.1 127.0.0.1 ::1 2001:db8::7 06:40:10 "
                "15.1.2176.2 Chrome/88.0.4.1 Version=4.0.0.0 https://example.org/a "
                "https://a.example.com\n")
        self.assert_clean("tests/scenario/001-a/evidence/a.log", good)
        self.assert_clean("docs/a.md", "8.8." + "8.8\n")

    def test_big_file(self):
        self.assert_complaint("testdata/a.txt", "x" * 1_000_001, "do not belong here")


class DocumentsTest(Tree):
    def setUp(self):
        super().setUp()
        self.write("src/rooms.txt", ROOMS)
        self.write("src/base/limits.h",
                   "struct Limits {\n  std::uint64_t line_bytes = 16ULL << 20;\n"
                   "  std::uint64_t items = 5'000;\n};\n")
        self.write("src/base/limits.cc",
                   '{"line-bytes", &Limits::line_bytes,\n "Bytes of a line."},\n'
                   '{"items", &Limits::items, "Items of a run."},\n')
        self.write("docs/ASSURANCE.md", "a\n<!-- generated: limits -->\n<!-- end -->\nb\n")
        self.write("docs/ARCHITECTURE.md", "<!-- generated: rooms -->\nold\n<!-- end -->\n")

    def test_generated_parts(self):
        stale = list(check_documents.check_generated(self.root, write=False))
        self.assertEqual(len(stale), 2)
        self.assertEqual(list(check_documents.check_generated(self.root, write=True)), [])
        self.assertEqual(list(check_documents.check_generated(self.root, write=False)), [])
        table = (self.root / "docs/ASSURANCE.md").read_text(encoding="utf-8")
        self.assertIn("| `line-bytes` | 16 MiB | Bytes of a line. |\n| `items` | 5,000 |", table)
        self.assertTrue(table.startswith("a\n") and table.endswith("\nb\n"))

    def test_names_that_lead_nowhere(self):
        self.write("docs/a.md",
                   "[b](c.md) [d](ASSURANCE.md#e) [f](https://example.org) `base/limits.h`\n"
                   "`base/none.h` `src/ROOM/x_test.cc`\n```\n[g](h.md)\n```\n")
        self.assertEqual(list(check_documents.check_names(self.root)),
                         ["docs/a.md: the link to c.md leads nowhere",
                          "docs/a.md: there is no base/none.h"])

    def test_decisions(self):
        parts = "".join(f"\n## {part}\nx\n" for part in check_documents.ADR_PARTS)
        self.write("docs/adr/README.md", "0001-a.md 0003-b.md 0003-c.md\n")
        self.write("docs/adr/0001-a.md", "# 1. A\n\nStatus: accepted\nDate: 2026-01-01\n" + parts)
        self.assertEqual(list(check_documents.check_decisions(self.root)), [])
        self.write("docs/adr/0003-b.md", "# 2. A\n\nStatus: accepted\n" + parts[:-20])
        found = "\n".join(check_documents.check_decisions(self.root))
        self.assertIn("0002 is next", found)
        self.assertIn("begins with", found)
        self.assertIn("without What would make us change our mind", found)

    def test_rooms_described(self):
        self.write("docs/ARCHITECTURE.md", "| `base` | x |\n| `evidence` | x |\n| `events` | x |\n")
        self.assertEqual(list(check_documents.check_rooms_described(self.root)),
                         ["docs/ARCHITECTURE.md does not say what detect is for"])


class FunctionsTest(unittest.TestCase):
    def lines_of(self, text):
        code = cpp_text.without_comments_and_texts(text)
        return [(f.first_line, f.last_line) for f in cpp_text.functions(code)]

    def test_where_functions_are(self):
        text = ("namespace a {\nclass B : public C {\n public:\n  B() : c_{1} {\n    f([] {\n"
                "    });\n  }\n  int d = 0;\n};\nstruct E f(int x) {\n  return {};\n}\n"
                "const int g[] = {1, 2};\n}  // namespace a\n")
        lines = self.lines_of(text)
        self.assertIn((10, 12), lines)
        self.assertEqual(lines[-1], (10, 12))
        self.assertEqual(max(last for _, last in lines), 12)

    def test_braces_in_texts_do_not_count(self):
        text = ("void f() {\n  a(\"}\", '}', R\"x(}})x\", 1'000);  // }\n  /* } */\n}\n"
                "void g() {\n}\n")
        self.assertEqual(self.lines_of(text), [(1, 4), (5, 6)])

    def test_same_length(self):
        text = "int a = 1; // b\n/* c\n d */ const char* e = R\"(f\ng)\"; char h = '\\'';\n"
        blanked = cpp_text.without_comments_and_texts(text)
        self.assertEqual(len(blanked), len(text))
        self.assertEqual(blanked.count("\n"), text.count("\n"))
        self.assertNotIn("d", blanked.split("\n")[2].split("const")[0])


if __name__ == "__main__":
    unittest.main()
