import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])


def event(channel, number, minute, **data):
    return json.dumps({"Channel": channel, "EventID": number, "Computer": "MX1",
                       "@timestamp": f"2021-03-03T00:{minute:02}:00Z", **data}) + "\n"


SYSMON = "Microsoft-Windows-Sysmon/Operational"
PROGRAM = r"C:\Windows\whoami.exe"
# The same program and user, once as Sysmon and once as Windows itself records it.
(folder / "process.json").write_text(
    event(SYSMON, 1, 0, Image=PROGRAM, User=r"DOM\eve", CommandLine="whoami /all")
    + event("Security", 4688, 1, NewProcessName=PROGRAM, SubjectDomainName="DOM",
            SubjectUserName="eve", CommandLine="whoami /priv", ProcessId="0x10",
            NewProcessId="0x20"))
(folder / "connection.json").write_text(
    event(SYSMON, 3, 0, Image=r"C:\a.exe", Protocol="tcp", DestinationIp="192.0.2.1")
    + event("Security", 5156, 1, Application=r"\device\harddiskvolume2\a.exe", Protocol="6",
            DestAddress="192.0.2.2"))
(folder / "registry.json").write_text(
    event(SYSMON, 13, 0, TargetObject=r"HKLM\Software\A", EventType="SetValue")
    + event("Security", 4657, 1, ObjectName=r"\REGISTRY\MACHINE\Software", ObjectValueName="A",
            OperationType="%%1904"))
