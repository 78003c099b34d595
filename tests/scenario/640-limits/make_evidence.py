import json
import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
BEFORE, BEHIND = made_logs.access_lines(0, 3), made_logs.access_lines(3, 3)
(folder / "long-line.log").write_bytes(BEFORE + b"x" * 700000 + b"\n" + BEHIND)
(folder / "no-line-end.log").write_bytes(BEFORE + b"x" * 700000)
(folder / "bad-lines.log").write_bytes(BEFORE * 4 + b"no log line\n" * 10 + BEHIND)
(folder / "exchange-no-line-end.log").write_bytes(
    b"#Software: Microsoft Exchange Server\n#Log-type: HttpProxy Logs\n"
    b"#Fields: DateTime,RequestId,UrlHost,UrlStem\n"
    b"2021-03-03T00:00:00.000Z,1,mail.example.org,/a\n" + b"x" * 700000)
deep = {"UtcTime": "2021-03-02 00:00:00", "a": 1}
for _ in range(20):
    deep = {"b": deep}
events = [{"a": "before"}, deep, {f"field{number}": number for number in range(40)},
          {"a": "x" * 3000}, {"a": "behind"}]
(folder / "events.json").write_text("".join(json.dumps(event) + "\n" for event in events))
(folder / "long-names.jsonl").write_text("".join(
    json.dumps({"Channel": "C" * 520, "EventID": 1, "Computer": computer, "F" * 520: "x",
                "@timestamp": "2021-03-03T00:00:00Z"}) + "\n"
    for computer in ("A" * 600, "A" * 599 + "B", "short")))
below = folder / "one" / "two" / "three"
below.mkdir(parents=True)
(below / "a.log").write_bytes(BEFORE)
