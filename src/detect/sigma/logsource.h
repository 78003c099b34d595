#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/rule.h"
#include "events/shape.h"

// Which events a Sigma log source means: after the map with which the public rules are tested
// upstream (SigmaHQ/sigma, tests/thor.yml), rows of our own for services without one, and the
// native Windows events that carry what Sysmon would (4688, 5156, 4657, 5861).
namespace pugmark::sigma {

// How the text of an event's field becomes what rules expect to read. Each is a reading beside the
// text as it stands.
enum class ValueRewrite : std::uint8_t {
  kNone,
  kIntegrityLevel,     // S-1-16-12288 -> High, and so on
  kDevicePath,         // \device\harddiskvolume3\x -> C:\x (the drive letter is a guess)
  kDirection,          // %%14592 -> false (inbound), %%14593 -> true (outbound): Initiated
  kProtocol,           // 6 -> tcp, 17 -> udp
  kRegistryPath,       // \REGISTRY\MACHINE\x -> HKLM\x, \REGISTRY\USER\x -> HKU\x
  kRegistryOperation,  // %%1904, %%1905 -> SetValue, %%1906 -> DeleteValue
  kLevelName,          // 2 -> Error, and so on: what the Event Viewer shows
};
std::string_view to_string(ValueRewrite rewrite);

// The rewritten text, or nothing if the rewrite has nothing to say about this text. Thread-safe.
std::optional<std::string> rewritten(ValueRewrite rewrite, std::string_view text);

// A field that rules name otherwise than the event does. It hides the event's own field of the
// rule's name, whatever its case (the ProcessId of event 4688 is the parent's). Several event
// fields are joined by a backslash: domain and user, key and value; those that are absent are left
// out.
struct FieldRename {
  std::string rule_field;
  std::vector<std::string> event_fields;
  ValueRewrite rewrite = ValueRewrite::kNone;  // applied to the joined text
};

// A field must equal one of the values, by case-folded text.
struct RouteCondition {
  std::string field;  // as the event names it
  std::vector<std::string> values;
};

// One kind of event that a rule of some log source is held against.
struct Route {
  std::string name;  // for the ledger: "Sysmon 1", "Security 4688", "W3C web log"
  SourceKind source = SourceKind::kWindowsEvent;
  std::string channel;  // compared without case (ASCII); "": every channel. Windows events only
  std::vector<std::uint32_t> event_ids;    // any of them; empty: every event
  std::vector<RouteCondition> conditions;  // all of them
  std::vector<FieldRename> renames;
};

// The routes of a log source; one that names nothing means every event. A log source without any is
// no error: then `why_not` says, for the ledger, what the evidence would have to hold and that no
// reader exists for it.
struct Routing {
  std::vector<Route> routes;
  std::string why_not;
};
Routing routes(const LogSource& logsource);

}  // namespace pugmark::sigma
