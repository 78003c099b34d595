#pragma once

#include <string>
#include <vector>

namespace pugmark::json {

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
NamedLeaves name_leaves(const std::vector<std::string>& paths);

}  // namespace pugmark::json
