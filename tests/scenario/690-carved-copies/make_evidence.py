"""Two chunks, the second written over a copy of the first, and rules that count records."""
import pathlib
import sys

import made_logs

RULES = """title: any
name: any
logsource: {{product: windows}}
detection: {{selection: {{EventID: 4242}}, condition: selection}}
---
title: {count} records
correlation:
  type: event_count
  rules: [any]
  group-by: [EventID]
  timespan: 3650d
  condition: {{gte: {count}}}
"""

folder = pathlib.Path(sys.argv[1])
first = made_logs.sample_chunk(1, 4).finish()
begun = made_logs.sample_chunk(5, 1)
second = begun.finish()
end = len(begun.data)
second[end:] = first[end:]
(folder / "log").mkdir()
(folder / "log" / "copies.evtx").write_bytes(made_logs.evtx([first, second]))
# One copied record is another one: an older record of the same number.
text = "record 3".encode("utf-16-le")
at = second.index(text)
second[at:at + len(text)] = "record 9".encode("utf-16-le")
(folder / "log" / "other.evtx").write_bytes(made_logs.evtx([first, second]))
for count in (5, 6, 7):
    (folder / f"{count}.yml").write_text(RULES.format(count=count))
