import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])


def event(text, **more):
    return json.dumps({"Channel": "Application", "EventID": 1, "Computer": "MX1", "Text": text,
                       **more}) + "\n"


TIME = {"@timestamp": "2021-03-03T00:00:00Z"}
EVENTS = (event("dated", Host="a", Size=1, **TIME) + event("dated", Host="a", Size="x", **TIME)
          + event("dated", **TIME) + event("dated", Host="a", Size=2)
          + event("undated", Host="a") + event("undated", Host="a"))
(folder / "events.json").write_text(EVENTS)
(folder / "the_same_again.json").write_text(EVENTS)
