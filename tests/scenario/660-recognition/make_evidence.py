import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
LINES = made_logs.access_lines(0, 400)
BRACKET = LINES[:LINES.index(b"\n") + 1].replace(b"- - [", b"- a[b [")
COLUMNS = b"date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status"
ROW = b"2021-03-02 00:%02d:%02d 192.0.2.10 GET /owa/page - 443 198.51.100.7 200\n"
ROWS = b"".join(ROW % (number // 60, number % 60) for number in range(1200))
HEADER = b"#Software: Microsoft Internet Information Services 10.0\n#Fields: " + COLUMNS + b"\n"
(folder / "brackets.log").write_bytes(BRACKET * 11 + LINES)
(folder / "junk.log").write_bytes(b"no log line\n" * 11 + LINES)
(folder / "quoted.txt").write_bytes(b"What was seen:\n" * 30 + LINES[:400])
(folder / "late-header.log").write_bytes(ROWS + HEADER + ROWS[:ROWS.index(b"\n") + 1])
(folder / "no-header.log").write_bytes(ROWS)
(folder / "software-only.log").write_bytes(HEADER[:HEADER.index(b"\n") + 1])
