#!/usr/bin/env python3
"""Checks the rules of the house that a program can check.

    tidy.py [ROOT]            exit status 1 and one line per complaint
    tidy.py [ROOT] --sizes    also prints how long files and functions are

What is checked and why stands beside each check. An exception is written on the spot, in a comment
that gives its reason; where one is allowed, the complaint says so.
"""

import ipaddress
import pathlib
import re
import statistics
import subprocess
import sys

import cpp_text

LINE_COLUMNS = 100
FUNCTION_LINES = 70
FILE_LINES = 800
FILE_BYTES = 1_000_000

CPP = (".cc", ".h")
TEXT_CODE = (".cc", ".h", ".py", ".sh", ".cmake")

# Calls that C or C++ offers and this program does not make, with what to use instead.
BANNED = [
    (r"\b(?:std::)?(?:strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca)\s*\(",
     "writes past its end or hides state; use std::string and fmt"),
    (r"\b(?:std::)?(?:atoi|atol|atoll|atof|strtol|strtoul|strtoll|strtoull|strtod|sscanf)\s*\(",
     "takes bad numbers for good ones or asks the locale; use std::from_chars"),
    (r"\bstd::sto(?:i|l|ll|ul|ull|f|d|ld)\s*\(", "throws; use std::from_chars"),
    (r"(?<![\w.>:])(?:std::)?(?:rand|srand)\s*\(", "differs between runs; results may not"),
    (r"(?<![\w.>:])(?:std::)?(?:system|popen)\s*\(", "runs a shell; the program runs nothing"),
    (r"\b(?:tmpnam|tempnam|mktemp)\s*\(", "races; use mkostemp or O_TMPFILE"),
    (r"\b(?:std::)?(?:localtime|gmtime|asctime|ctime|mktime|setlocale)(?:_r)?\s*\(",
     "depends on the machine's zone or locale; use base/time.h"),
    (r"\bstd::regex\b|#\s*include\s*<regex>", "is slow and can exhaust the stack; use RE2"),
    (r"\bstd::endl\b", "flushes every line; write '\\n'"),
    (r"\busing\s+namespace\s+std\b", "hides where names come from"),
    (r"\.detach\s*\(\s*\)", "a thread nobody waits for; join it"),
    (r"\b(?:setjmp|longjmp)\s*\(", "jumps over destructors"),
    (r"\bGTEST_SKIP\s*\(\s*\)\s*;", "a skipped test says why"),
    (r"\bDISABLED_", "a test runs or is deleted"),
    (r"\b(?:EXPECT|ASSERT)_(?:TRUE\s*\(\s*true|FALSE\s*\(\s*false)\s*\)",
     "a test that cannot fail"),
    (r"\bcatch\s*\([^)]*\)\s*\{\s*\}", "an error swallowed"),
]
PRINTING = re.compile(r"\bstd::(?:cout|cerr|clog)\b"
                      r"|(?<![\w:.>])(?:std::)?(?:printf|puts|putchar)\s*\(")
MAY_PRINT = ("src/cli/", "bench/", "fuzz/")
EMPTY_TEST = re.compile(r"\b(?:TYPED_)?TEST(?:_[FP])?\s*\([^)]*\)\s*\{\s*\}")
UNSAFE_CAST = re.compile(r"\b(?:reinterpret_cast|const_cast)\s*<")

# Written apart, so that this file does not complain about itself.
MARKERS = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + "X|HA" + r"CK)\b")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|User[s])/|(?<![\w.])/hom[e]/(?!user\b)")
PACKAGE_HOSTS = re.compile(
    r"registry\.(?:npmjs|yarnpkg)|pypi\.(?:org|io)|crates\.(?:io)|(?:deb|security)\.debian\.(?:org)"
    r"|repo1?\.maven|proxy\.golang|rubygems\.(?:org)")

IPV4 = re.compile(r"(?<![\w.])(?<![A-Za-z]/)(\d{1,3}(?:\.\d{1,3}){3})(?![\w]|\.\d)")
IPV6 = re.compile(r"(?<![\w:.])([0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w:])")
HOSTS = re.compile(r"\b(?:https?|ftp|ldaps?)://(?:[^/@\s]*@)?([A-Za-z0-9][A-Za-z0-9.-]*)")
# Names set aside for documents (RFC 2606), and the names of XML namespaces that formats contain.
DOCUMENT_HOST = re.compile(
    r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local)$"
    r"|^(?:schemas\.microsoft\.com|schemas\.xmlsoap\.org|java\.sun\.com|www\.w3\.org"
    r"|manifests\.microsoft\.com)$")
FIXTURES = ("tests/", "testdata/", "rules/", "fuzz/seeds/")


class Tidy:
    def __init__(self, root):
        self.root = root
        self.complaints = []
        self.file_lines = []
        self.function_lines = []

    def complain(self, name, line_number, what):
        place = f"{name}:{line_number}" if line_number else name
        self.complaints.append(f"{place}: {what}")

    def files(self):
        """What git has; without git (an unpacked release) everything outside build trees."""
        inside = subprocess.run(["git", "-C", self.root, "rev-parse", "--show-toplevel"],
                                capture_output=True, text=True, check=False)
        if inside.returncode == 0 and pathlib.Path(inside.stdout.strip()) == self.root:
            for name in self.git("--others", "--exclude-standard"):
                self.complain(name, 0, "git does not know this file: add it or ignore it")
            return self.git("--cached")
        below = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return sorted(str(path) for path in below if path.parts[0] not in ("build", ".git"))

    def git(self, *options):
        out = subprocess.run(["git", "-C", self.root, "ls-files", "-z", *options],
                             capture_output=True, check=True).stdout
        return sorted({name for name in out.decode("utf-8").split("\0") if name})

    def run(self):
        names = self.files()
        for name in names:
            path = self.root / name
            if not path.is_file():  # deleted, not yet committed; or a link to a folder
                continue
            content = path.read_bytes()
            if len(content) > FILE_BYTES:
                self.complain(name, 0, f"{len(content)} bytes; such big files do not belong here")
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError:
                continue  # binary evidence
            self.check_words(name, text)
            if name.startswith(FIXTURES) or re.search(r"_(test|testing)\.(cc|h)$", name):
                self.check_addresses(name, text)
            if path.suffix in TEXT_CODE or path.name == "CMakeLists.txt":
                self.check_lines(name, text)
            if path.suffix in CPP:
                self.check_cpp(name, text)
        return len(names)

    def check_lines(self, name, text):
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_COLUMNS:
                self.complain(name, number, f"{len(line)} columns; {LINE_COLUMNS} is the limit")
            if line != line.rstrip():
                self.complain(name, number, "blanks (or a carriage return) at the end of the line")
            if "\t" in line:
                self.complain(name, number, "a tab; write blanks, or \\t in text")
        if text and not text.endswith("\n"):
            self.complain(name, len(lines), "no line end at the end of the file")

    def check_words(self, name, text):
        for number, line in enumerate(text.split("\n"), 1):
            if MARKERS.search(line):
                self.complain(name, number, "a leftover marker: do it, or open an issue")
            if MACHINE_PATHS.search(line):
                self.complain(name, number, "a path of one machine")
            if PACKAGE_HOSTS.search(line):
                self.complain(name, number, "the host name of a package registry")

    def check_addresses(self, name, text):
        """Fixtures name only addresses that belong to nobody, so that no run ever accuses one."""
        for number, line in enumerate(text.split("\n"), 1):
            for found in IPV4.findall(line) + IPV6.findall(line):
                try:
                    address = ipaddress.ip_address(found)
                except ValueError:
                    continue  # a time, a hardware address, a version
                if address.is_global and "Version=" + found not in line:
                    self.complain(name, number, f"{found} may belong to somebody: take 192.0.2.0/24"
                                                ", 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32")
            if name.startswith("rules/"):
                continue  # a rule's references are real pages
            for host in HOSTS.findall(line):
                plain = re.fullmatch(r"[\d.]+|[^.]+", host)  # an address or a bare name
                if not plain and not DOCUMENT_HOST.search(host.lower()):
                    self.complain(name, number, f"{host} may belong to somebody: use example.org")

    def check_cpp(self, name, text):
        lines = text.split("\n")
        self.file_lines.append((len(lines) - 1, name))
        if len(lines) - 1 > FILE_LINES:
            self.complain(name, 0, f"{len(lines) - 1} lines; {FILE_LINES} is the limit: divide it")
        code = cpp_text.without_comments_and_texts(text)
        code_lines = code.split("\n")
        if name.endswith(".h") and not re.match(r"\s*#pragma once\n", code):
            self.complain(name, 1, "a header begins with #pragma once")
        for number, line in enumerate(code_lines, 1):
            for pattern, why in BANNED:
                found = re.search(pattern, line)
                if found:
                    self.complain(name, number, f"{found[0].strip()}: {why}")
            if PRINTING.search(line) and not name.startswith(MAY_PRINT) and "_test" not in name:
                self.complain(name, number, "only cli prints; return what there is to say")
            before = lines[number - 2] if number > 1 else ""
            if UNSAFE_CAST.search(line) and "//" not in lines[number - 1] and "//" not in before:
                self.complain(name, number, "an unsafe cast: say in a comment why it is right")
            if re.search(r"NOLINT(?!\S*: \w)", lines[number - 1]):
                self.complain(name, number, "NOLINT without its reason (NOLINT: why)")
        for empty in EMPTY_TEST.finditer(code):
            self.complain(name, code.count("\n", 0, empty.start()) + 1,
                          "an empty test: it cannot fail")
        for function in cpp_text.functions(code):
            self.check_function(name, lines, function)

    def check_function(self, name, lines, function):
        length = function.last_line - function.first_line + 1
        self.function_lines.append((length, f"{name}:{function.first_line}"))
        if length <= FUNCTION_LINES:
            return
        first = " ".join(lines[function.body_line - 1:function.body_line + 1])
        if re.search(r"//.*\b(?:table|switch)\b.*\w+", first):
            return
        self.complain(name, function.first_line,
                      f"a function of {length} lines; {FUNCTION_LINES} is the limit, but for a "
                      "table or a switch whose first line says in a comment that it is one")

    def print_sizes(self):
        for what, sizes in (("files", self.file_lines), ("functions", self.function_lines)):
            if not sizes:
                continue
            numbers = sorted(size for size, _ in sizes)
            p90 = numbers[len(numbers) * 9 // 10]
            print(f"{what}: {len(numbers)}, median {statistics.median_low(numbers)} lines, "
                  f"90 % within {p90}, longest {numbers[-1]} ({max(sizes)[1]})")


def main(arguments):
    options = [word for word in arguments if word.startswith("--")]
    names = [word for word in arguments if not word.startswith("--")]
    if options not in ([], ["--sizes"]) or len(names) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(names[0] if names else pathlib.Path(__file__).parent.parent).resolve()
    tidy = Tidy(root)
    files_count = tidy.run()
    for complaint in tidy.complaints:
        print(complaint)
    if options:
        tidy.print_sizes()
    print(f"{files_count} files, {len(tidy.complaints)} complaints")
    return 1 if tidy.complaints or files_count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
