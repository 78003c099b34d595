#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "detect/sigma/logsource.h"

// The rows behind logsource.h.
namespace pugmark::sigma {

inline constexpr std::string_view kSysmonChannel = "Microsoft-Windows-Sysmon/Operational";
inline constexpr std::string_view kSecurityChannel = "Security";

// A service of product windows is one channel, or several rows.
struct ServiceRow {
  std::string_view service;
  std::string_view channel;
};
std::span<const ServiceRow> service_rows();

// Sets of renames a category row can refer to.
enum class RenameSet : std::uint8_t {
  kNone,
  kProcess4688,
  kConnection5156,
  kRegistry4657,
  kWmi5861,
  kDefender
};
std::vector<FieldRename> renames_of(RenameSet set);

// A category of product windows on one channel and event id. `field` equals one of up to two
// values, if there is a field.
struct CategoryRow {
  std::string_view category;
  std::string_view name;
  std::string_view channel;
  std::uint32_t event_id;
  std::string_view field;
  std::string_view value;
  std::string_view other_value;
  RenameSet renames;
};
std::span<const CategoryRow> category_rows();

// Text logs that are neither EVTX nor web server logs.
struct TextLogRow {
  std::string_view product;
  std::string_view service;
  std::string_view name;
  SourceKind source;
};
std::span<const TextLogRow> text_log_rows();

// Categories of product windows that no event of ours carries, and what does.
struct AbsentRow {
  std::string_view category;
  std::string_view needs;
};
std::span<const AbsentRow> absent_rows();

}  // namespace pugmark::sigma
