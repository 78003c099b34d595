import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
(folder / "events.json").write_text("".join(
    json.dumps({"Channel": "Application", "EventID": 1, "Computer": "MX1",
                "@timestamp": f"2021-03-03T00:0{minute}:00Z", "Text": text}) + "\n"
    for minute, text in enumerate(("shell", "shell", "scan", "scan", "scan"))))
