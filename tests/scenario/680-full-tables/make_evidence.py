import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])


def event(number, channel="Security"):
    return json.dumps({"Channel": channel, "EventID": number, "Computer": "MX1",
                       "@timestamp": "2021-03-03T00:00:00Z", "CommandLine": "x"}) + "\n"


# The last kind of event, which is refused here, is that of the next item.
(folder / "a.json").write_text("".join(event(1, f"C{number}") for number in range(200))
                               + event(4688))
(folder / "b.json").write_text(event(4688) * 20)
(folder / "c.log").write_text("2021-03-03T06:00:00.125Z OABGenerator: started\n" * 3)
