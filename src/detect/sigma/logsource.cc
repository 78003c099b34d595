#include "detect/sigma/logsource.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "detect/sigma/logsource_table.h"

namespace pugmark::sigma {
namespace {

struct TextPair {
  std::string_view from;
  std::string_view to;
};

// Mandatory labels, [MS-DTYP] 2.4.2.4.
constexpr std::array kIntegrityLevels = {
    TextPair{"S-1-16-4096", "Low"}, TextPair{"S-1-16-8192", "Medium"},
    TextPair{"S-1-16-12288", "High"}, TextPair{"S-1-16-16384", "System"}};
constexpr std::array kDirections = {TextPair{"%%14592", "false"}, TextPair{"%%14593", "true"}};
constexpr std::array kProtocols = {TextPair{"6", "tcp"}, TextPair{"17", "udp"}};
constexpr std::array kOperations = {TextPair{"%%1904", "SetValue"}, TextPair{"%%1905", "SetValue"},
                                    TextPair{"%%1906", "DeleteValue"}};
// Levels that every manifest knows, [MS-EVEN6] winmeta.xml.
constexpr std::array kLevels = {TextPair{"1", "Critical"}, TextPair{"2", "Error"},
                                TextPair{"3", "Warning"}, TextPair{"4", "Information"},
                                TextPair{"5", "Verbose"}};
constexpr std::array kHives = {TextPair{"\\registry\\machine", "HKLM"},
                               TextPair{"\\registry\\user", "HKU"}};

std::optional<std::string> looked_up(std::span<const TextPair> pairs, std::string_view text) {
  for (const TextPair& pair : pairs) {
    if (equal_ascii_nocase(pair.from, text)) return std::string(pair.to);
  }
  return std::nullopt;
}

std::optional<std::string> hive_path(std::string_view text) {
  for (const TextPair& hive : kHives) {
    const std::size_t size = hive.from.size();
    if (text.size() < size || !equal_ascii_nocase(text.substr(0, size), hive.from)) continue;
    if (text.size() > size && text[size] != '\\') continue;
    return std::string(hive.to) + std::string(text.substr(size));
  }
  return std::nullopt;
}

std::optional<std::string> drive_path(std::string_view text) {
  constexpr std::string_view kVolume = "\\device\\harddiskvolume";
  if (text.size() <= kVolume.size() ||
      !equal_ascii_nocase(text.substr(0, kVolume.size()), kVolume)) {
    return std::nullopt;
  }
  std::size_t at = kVolume.size();
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  if (at == kVolume.size() || at == text.size() || text[at] != '\\') return std::nullopt;
  return "C:" + std::string(text.substr(at));
}

std::vector<std::string_view> channels_of(std::string_view service) {
  std::vector<std::string_view> channels;
  for (const ServiceRow& row : service_rows()) {
    if (row.service == service) channels.push_back(row.channel);
  }
  return channels;
}

Route route_of(const CategoryRow& row) {
  Route route;
  route.name = row.name;
  route.channel = row.channel;
  route.event_ids = {row.event_id};
  if (!row.field.empty()) {
    RouteCondition condition{std::string(row.field), {std::string(row.value)}};
    if (!row.other_value.empty()) condition.values.emplace_back(row.other_value);
    route.conditions.push_back(std::move(condition));
  }
  route.renames = renames_of(row.renames);
  return route;
}

void add_category(const LogSource& logsource, Routing& routing) {
  const std::vector<std::string_view> channels = channels_of(logsource.service);
  for (const CategoryRow& row : category_rows()) {
    if (row.category != logsource.category) continue;
    const bool wanted = logsource.service.empty() ||
                        std::find(channels.begin(), channels.end(), row.channel) != channels.end();
    if (wanted) routing.routes.push_back(route_of(row));
  }
  if (!routing.routes.empty()) return;
  for (const AbsentRow& row : absent_rows()) {
    if (row.category == logsource.category) routing.why_not = fmt::format("needs {}", row.needs);
  }
}

void add_windows(const LogSource& logsource, Routing& routing) {
  if (!logsource.category.empty()) {
    add_category(logsource, routing);
    return;
  }
  if (logsource.service.empty()) {
    Route route;
    route.name = "every Windows channel";
    routing.routes.push_back(std::move(route));
    return;
  }
  for (const std::string_view channel : channels_of(logsource.service)) {
    Route route;
    route.name = channel;
    route.channel = channel;
    routing.routes.push_back(std::move(route));
  }
}

void add_web_server(Routing& routing) {
  Route web;
  web.name = "web server log";
  web.source = SourceKind::kWebServer;
  routing.routes.push_back(std::move(web));
  Route proxy;
  // Its reader names the columns as a web server's log does, beside their own names.
  proxy.name = "Exchange HttpProxy as web server log";
  proxy.source = SourceKind::kExchangeHttpProxy;
  routing.routes.push_back(std::move(proxy));
}

void add_text_logs(const LogSource& logsource, Routing& routing) {
  for (const TextLogRow& row : text_log_rows()) {
    if (row.product != logsource.product) continue;
    if (!logsource.service.empty() && row.service != logsource.service) continue;
    Route route;
    route.name = row.name;
    route.source = row.source;
    routing.routes.push_back(std::move(route));
  }
}

void add_everything(Routing& routing) {
  for (int kind = 0; kind <= static_cast<int>(SourceKind::kJson); ++kind) {
    Route route;
    route.source = static_cast<SourceKind>(kind);
    route.name = "any log";
    routing.routes.push_back(std::move(route));
  }
}

// Whether a web server rule of this product or service can concern access logs. Rules about a
// server's error log name the server as their service.
bool is_access_log(const LogSource& logsource) {
  return logsource.category == "webserver" && logsource.service != "error";
}

std::string no_reader(const LogSource& logsource) {
  std::string text;
  for (const std::string* part : {&logsource.product, &logsource.category, &logsource.service}) {
    if (!part->empty()) text += (text.empty() ? "" : " ") + *part;
  }
  return fmt::format("no reader for {} logs", escaped(text));
}

}  // namespace

std::string_view to_string(ValueRewrite rewrite) {
  switch (rewrite) {
    case ValueRewrite::kNone:
      return "";
    case ValueRewrite::kIntegrityLevel:
      return "integrity level";
    case ValueRewrite::kDevicePath:
      return "drive letter assumed";
    case ValueRewrite::kDirection:
      return "direction";
    case ValueRewrite::kProtocol:
      return "protocol name";
    case ValueRewrite::kRegistryPath:
      return "registry path";
    case ValueRewrite::kRegistryOperation:
      return "registry operation";
    case ValueRewrite::kLevelName:
      return "level name";
  }
  return "";
}

std::optional<std::string> rewritten(ValueRewrite rewrite, std::string_view text) {
  switch (rewrite) {
    case ValueRewrite::kNone:
      return std::nullopt;
    case ValueRewrite::kIntegrityLevel:
      return looked_up(kIntegrityLevels, text);
    case ValueRewrite::kDevicePath:
      return drive_path(text);
    case ValueRewrite::kDirection:
      return looked_up(kDirections, text);
    case ValueRewrite::kProtocol:
      return looked_up(kProtocols, text);
    case ValueRewrite::kRegistryPath:
      return hive_path(text);
    case ValueRewrite::kRegistryOperation:
      return looked_up(kOperations, text);
    case ValueRewrite::kLevelName:
      return looked_up(kLevels, text);
  }
  return std::nullopt;
}

Routing routes(const LogSource& logsource) {
  Routing routing;
  if (logsource == LogSource{}) {
    add_everything(routing);
  } else if (is_access_log(logsource)) {
    add_web_server(routing);
  } else if (logsource.product == "windows") {
    add_windows(logsource, routing);
  } else if (logsource.product == "exchange") {
    add_text_logs(logsource, routing);
  } else if (logsource.product.empty() && !logsource.category.empty()) {
    add_category(logsource, routing);
  }
  for (Route& route : routing.routes) {
    if (route.source == SourceKind::kWindowsEvent)
      route.renames.push_back({"Level", {"Level"}, ValueRewrite::kLevelName});
  }
  if (routing.routes.empty() && routing.why_not.empty()) routing.why_not = no_reader(logsource);
  return routing;
}

}  // namespace pugmark::sigma
