#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace pugmark::json {

// Where the time of an event may stand, the best first.
inline constexpr std::array<std::string_view, 16> kTimeNames = {"TimeCreated_SystemTime",
                                                                "winlog.time_created",
                                                                "TimeCreated",
                                                                "@timestamp",
                                                                "EventTime",
                                                                "TimeGenerated",
                                                                "timestamp",
                                                                "Timestamp",
                                                                "time",
                                                                "Time",
                                                                "eventTime",
                                                                "event_time",
                                                                "datetime",
                                                                "date",
                                                                "ts",
                                                                "UtcTime"};

// What the keys of an event say about its origin.
struct NamedLeaves {
  bool is_windows = false;         // a Windows event, however it was exported
  std::vector<std::string> names;  // one per path: the field name; equal names become a list
};

// Field names for the leaves of an event, from their paths (keys joined by dots). Windows events
// written by Winlogbeat and its relatives, by exporters that write one flat object, or with the
// nesting of the XML (Event.System, Event.EventData, Event.UserData) get the names the EVTX reader
// gives: EventID, Channel, Provider_Name, Computer, ..., data fields by their own name. A data
// field with the name of a system field becomes EventData.NAME. Everything else keeps its path.
//
// What is no Windows event itself but has a `_source` is a hit of Elasticsearch: the names are
// those of what stands in `_source`, beside the hit's own (_index, _id, ...).
NamedLeaves name_leaves(const std::vector<std::string>& paths);

}  // namespace pugmark::json
