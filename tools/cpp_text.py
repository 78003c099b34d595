"""Just enough of C++ to measure it: comments and literals blanked out, functions by braces."""

import dataclasses
import re

_TOKENS = re.compile(
    r'//(?:\\\n|[^\n])*'                                      # comment to the end of the line
    r'|/\*.*?\*/'                                             # comment
    r'|(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'                                   # string
    r"|(?<![0-9A-Fa-f])'(?:\\.[^'\n]*|[^'\\\n])'",            # character, not a digit separator
    re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
_AFTER_ARGUMENTS = re.compile(r"\s*(?:(?:const|noexcept|override|final)\s*)*")
_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum)\b|\bextern\s*$")


def _blank(matched):
    text = matched[0]
    if text.startswith("/"):
        return re.sub(r"[^\n]", " ", text)
    quote = text[-1]
    start = text.index(quote)
    inner = re.sub(r"[^\n]", " ", text[start + 1:-1])
    return " " * start + quote + inner + quote


def without_comments_and_texts(text):
    """The same text, same length and lines, with comments and the insides of literals as blanks."""
    return _TOKENS.sub(_blank, text)


@dataclasses.dataclass
class Function:
    first_line: int  # of its head
    body_line: int   # of its opening brace
    last_line: int   # of its closing brace


def _opens_function(head):
    """True if `head {`, met outside any function, begins a function's body."""
    if "(" not in head:
        return False
    # `class alignas(8) X {` is a scope; `struct S f() const {` ends with `)` or such a word.
    after = head[head.rfind(")") + 1:]
    return not _SCOPE.search(head) or _AFTER_ARGUMENTS.fullmatch(after) is not None


def functions(code):
    """The functions of blanked code, lambdas inside them not counted apart."""
    code = _DIRECTIVE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)
    found, depth, inside_since, head_start, body_start = [], 0, None, 0, 0
    function_head = 0
    for position in (match.start() for match in re.finditer(r"[{};]", code)):
        symbol = code[position]
        if symbol == "{":
            head = code[head_start:position]
            if inside_since is None and _opens_function(head):
                inside_since, body_start = depth, position
                function_head = head_start + len(head) - len(head.lstrip())
            depth += 1
        elif symbol == "}":
            depth -= 1
            if inside_since is not None and depth == inside_since:
                places = (function_head, body_start, position)
                found.append(Function(*(code.count("\n", 0, at) + 1 for at in places)))
                inside_since = None
        if inside_since is None:
            head_start = position + 1
    return found
