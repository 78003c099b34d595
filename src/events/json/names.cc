#include "events/json/names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace pugmark::json {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Winlogbeat 7 and 8 and the Elastic agent (ECS).
constexpr std::array kBeats = {Pair{"winlog.channel", "Channel"},
                               Pair{"winlog.event_id", "EventID"},
                               Pair{"winlog.provider_name", "Provider_Name"},
                               Pair{"winlog.provider_guid", "Provider_Guid"},
                               Pair{"winlog.computer_name", "Computer"},
                               Pair{"winlog.record_id", "EventRecordID"},
                               Pair{"winlog.task", "Task"},
                               Pair{"winlog.opcode", "Opcode"},
                               Pair{"winlog.level", "Level"},
                               Pair{"winlog.version", "Version"},
                               Pair{"winlog.keywords", "Keywords"},
                               Pair{"winlog.activity_id", "Correlation_ActivityID"},
                               Pair{"winlog.process.pid", "Execution_ProcessID"},
                               Pair{"winlog.process.thread.id", "Execution_ThreadID"},
                               Pair{"winlog.user.identifier", "Security_UserID"},
                               Pair{"message", "Message"}};

// Used where the names above are missing.
constexpr std::array kBeatsInstead = {Pair{"event.code", "EventID"},
                                      Pair{"event.provider", "Provider_Name"},
                                      Pair{"host.name", "Computer"}};

// Winlogbeat before 7.
constexpr std::array kOldBeats = {Pair{"log_name", "Channel"},
                                  Pair{"event_id", "EventID"},
                                  Pair{"source_name", "Provider_Name"},
                                  Pair{"provider_guid", "Provider_Guid"},
                                  Pair{"computer_name", "Computer"},
                                  Pair{"record_number", "EventRecordID"},
                                  Pair{"task", "Task"},
                                  Pair{"opcode", "Opcode"},
                                  Pair{"level", "Level"},
                                  Pair{"keywords", "Keywords"},
                                  Pair{"process_id", "Execution_ProcessID"},
                                  Pair{"thread_id", "Execution_ThreadID"},
                                  Pair{"message", "Message"}};

// Flat exports (NXLog and others).
constexpr std::array kFlat = {
    Pair{"SourceName", "Provider_Name"}, Pair{"ProviderName", "Provider_Name"},
    Pair{"Provider", "Provider_Name"},   Pair{"ProviderGuid", "Provider_Guid"},
    Pair{"Hostname", "Computer"},        Pair{"ComputerName", "Computer"},
    Pair{"host.name", "Computer"},       Pair{"RecordNumber", "EventRecordID"},
    Pair{"RecordId", "EventRecordID"},   Pair{"EventId", "EventID"},
    Pair{"event_id", "EventID"},         Pair{"ActivityID", "Correlation_ActivityID"}};

template <std::size_t N>
std::optional<std::string> find_in(const std::array<Pair, N>& table, std::string_view path) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Pair& pair) { return pair.first == path; });
  if (found == table.end()) return std::nullopt;
  return std::string(found->second);
}

bool take_prefix(std::string_view& path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  path.remove_prefix(prefix.size());
  return true;
}

std::string without_blanks(std::string_view name) {
  std::string out;
  std::copy_if(name.begin(), name.end(), std::back_inserter(out), [](char c) { return c != ' '; });
  return out;
}

struct Name {
  std::string text;
  bool is_data = false;  // from EventData or UserData: a system field of the name has precedence
};

// "EventID.#attributes.Qualifiers", "Provider_attributes.Name", "Provider.@Name" ->
// Element_Attribute.
std::string system_name(std::string_view path) {
  std::string name;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    std::string_view part = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    if (part == "#text" || part == "#attributes") continue;
    if (part.starts_with('@')) part.remove_prefix(1);
    if (part.ends_with("_attributes")) part.remove_suffix(std::string_view("_attributes").size());
    if (!name.empty()) name += '_';
    name += part;
  }
  return name;
}

std::string data_name(std::string_view path) {
  if (path.ends_with(".#text")) path.remove_suffix(std::string_view(".#text").size());
  return without_blanks(path);
}

// The local name of the element: parent elements and namespaces left out.
std::string user_data_name(std::string_view path) {
  if (path.ends_with(".#text")) path.remove_suffix(std::string_view(".#text").size());
  const std::size_t at = path.find_last_of(".:");
  return std::string(at == std::string_view::npos ? path : path.substr(at + 1));
}

Name nested_name(std::string_view path) {
  const std::string_view whole = path;
  if (take_prefix(path, "Event.System.")) return {system_name(path)};
  if (take_prefix(path, "Event.EventData.")) {
    if (path.starts_with("#attributes.") || path.starts_with('@'))
      return {"EventData_" + system_name(path)};
    return {data_name(path), true};
  }
  const bool is_attribute = whole.find("#attributes") != std::string_view::npos ||
                            whole.find("_attributes.") != std::string_view::npos ||
                            whole.find(".@") != std::string_view::npos;
  if (take_prefix(path, "Event.UserData.") && !is_attribute) return {user_data_name(path), true};
  return {std::string(whole)};
}

Name beats_name(std::string_view path) {
  if (take_prefix(path, "winlog.event_data.")) return {without_blanks(path), true};
  if (take_prefix(path, "winlog.user_data.")) return {user_data_name(path), true};
  return {find_in(kBeats, path).value_or(std::string(path))};
}

Name old_beats_name(std::string_view path) {
  if (take_prefix(path, "event_data.")) return {without_blanks(path), true};
  if (take_prefix(path, "user_data.")) return {user_data_name(path), true};
  return {find_in(kOldBeats, path).value_or(std::string(path))};
}

template <class Lookup>
std::vector<Name> name_each(const std::vector<std::string>& paths, Lookup lookup) {
  std::vector<Name> names;
  for (const std::string& path : paths) names.push_back(lookup(path));
  return names;
}

// Gives the first leaf of a table a standard name that no leaf has yet.
template <std::size_t N>
void name_instead(const std::array<Pair, N>& table, const std::vector<std::string>& paths,
                  std::vector<Name>& names) {
  for (const auto& [from, to] : table) {
    const auto has_it = [&, wanted = to](const Name& name) {
      return !name.is_data && name.text == wanted;
    };
    if (std::any_of(names.begin(), names.end(), has_it)) continue;
    const auto found = std::find(paths.begin(), paths.end(), from);
    if (found != paths.end()) names[static_cast<std::size_t>(found - paths.begin())].text = to;
  }
}

NamedLeaves name_as_written(const std::vector<std::string>& paths) {
  const auto has = [&](std::string_view path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  };
  const auto has_prefix = [&](std::string_view prefix) {
    return std::any_of(paths.begin(), paths.end(),
                       [&](const std::string& path) { return path.starts_with(prefix); });
  };
  std::vector<Name> names;
  NamedLeaves result;
  result.is_windows = true;
  if (has_prefix("Event.System.")) {
    names = name_each(paths, nested_name);
  } else if (has("winlog.channel") || has("winlog.event_id")) {
    names = name_each(paths, beats_name);
    name_instead(kBeatsInstead, paths, names);
  } else if (has("log_name") && has("event_id")) {
    names = name_each(paths, old_beats_name);
  } else {
    const bool has_id = has("EventID") || has("EventId") || has("event_id");
    result.is_windows = has_id && (has("Channel") || has("SourceName") || has("ProviderName") ||
                                   has("Provider_Name"));
    names = name_each(paths, [](std::string_view path) { return Name{std::string(path)}; });
    if (result.is_windows) name_instead(kFlat, paths, names);
  }
  std::unordered_set<std::string> system_names;
  for (const Name& name : names) {
    if (!name.is_data) system_names.insert(name.text);
  }
  for (Name& name : names) {
    const bool clashes = name.is_data && system_names.contains(name.text);
    result.names.push_back(clashes ? "EventData." + name.text : std::move(name.text));
  }
  return result;
}

}  // namespace

NamedLeaves name_leaves(const std::vector<std::string>& paths) {
  constexpr std::string_view kSource = "_source.";
  const auto is_source = [&](const std::string& path) { return path.starts_with(kSource); };
  NamedLeaves named = name_as_written(paths);
  if (named.is_windows || std::ranges::none_of(paths, is_source)) return named;
  std::vector<std::string> unwrapped = paths;
  for (std::string& path : unwrapped) {
    if (is_source(path)) path.erase(0, kSource.size());
  }
  return name_as_written(unwrapped);
}

}  // namespace pugmark::json
