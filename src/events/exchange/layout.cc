#include "events/exchange/layout.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "events/exchange/csv.h"
#include "events/text/fields.h"

namespace pugmark::exchange {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<std::string_view, 4> kTimeNames = {"DateTime", "TimeStamp", "Timestamp",
                                                        "date-time"};
constexpr std::array<std::string_view, 3> kComputerNames = {"ServerHostName", "ServerName",
                                                            "MachineName"};

// HttpProxy logs show the requests of IIS: rules for web servers find their fields here as well.
constexpr std::array kWebNames = {
    Pair{"UrlStem", "cs-uri-stem"},     Pair{"UrlQuery", "cs-uri-query"},
    Pair{"ClientIpAddress", "c-ip"},    Pair{"HttpStatus", "sc-status"},
    Pair{"Method", "cs-method"},        Pair{"AuthenticatedUser", "cs-username"},
    Pair{"UserAgent", "cs-user-agent"}, Pair{"UrlHost", "cs-host"}};

std::size_t column_named(const std::vector<std::string>& columns, std::string_view name) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? kNoColumn : static_cast<std::size_t>(found - columns.begin());
}

bool contains_nocase(std::string_view text, std::string_view word) {
  return ascii_lower(text).find(ascii_lower(word)) != std::string::npos;
}

// The folder behind a folder called `name` ("HttpProxy/Ecp/x.LOG" -> "Ecp"); "" if there is none.
std::string folder_below(std::string_view path, std::string_view name) {
  const auto parts = text::path_parts(path);
  for (std::size_t i = 0; i + 2 < parts.size(); ++i) {
    if (equal_ascii_nocase(parts[i], name)) return std::string(parts[i + 1]);
  }
  return "";
}

bool path_has(std::string_view path, std::string_view word) { return contains_nocase(path, word); }

}  // namespace

SourceKind kind_of_log(const std::vector<std::string>& columns, std::string_view log_type,
                       std::string_view path) {
  const auto has = [&](std::string_view name) { return column_named(columns, name) != kNoColumn; };
  const auto is_type = [&](std::string_view word) { return contains_nocase(log_type, word); };
  if (has("AnchorMailbox") && has("UrlStem") && (has("RoutingHint") || has("BackEndCookie")))
    return SourceKind::kExchangeHttpProxy;
  if (has("EventData") && has("EventId") && has("ServerName")) {
    const bool is_activity =
        is_type("Activity") || (!is_type("Server") && path_has(path, "Activity"));
    return is_activity ? SourceKind::kExchangeEcpActivity : SourceKind::kExchangeEcpServer;
  }
  if (has("internal-message-id") && has("source-context"))
    return SourceKind::kExchangeMessageTracking;
  if (has("connector-id") && has("session-id") && has("sequence-number"))
    return SourceKind::kExchangeSmtp;
  if (has("ShellId") && has("ClientInfo") && has("FailFast")) return SourceKind::kExchangeRpsHttp;
  if (has("Cmdlet") && has("Parameters")) return SourceKind::kExchangeCmdlet;
  if (is_type("HttpProxy")) return SourceKind::kExchangeHttpProxy;
  if (is_type("OABGenerator") || is_type("OAB Generator")) return SourceKind::kExchangeOabGenerator;
  if (is_type("Mapi")) return SourceKind::kExchangeMapiHttp;
  if (is_type("EWS") || has("SoapAction")) return SourceKind::kExchangeEws;
  if (is_type("Audit")) return SourceKind::kExchangeAdminAudit;
  if (is_type("Message Tracking")) return SourceKind::kExchangeMessageTracking;
  if (is_type("SMTP")) return SourceKind::kExchangeSmtp;
  if (is_type("Cmdlet")) return SourceKind::kExchangeCmdlet;
  if (is_type("Rps") && is_type("Http")) return SourceKind::kExchangeRpsHttp;
  return SourceKind::kExchangeOther;
}

std::string log_name(SourceKind kind, std::string_view log_type, std::string_view path) {
  switch (kind) {
    case SourceKind::kExchangeHttpProxy: {
      const std::string protocol = folder_below(path, "HttpProxy");
      return protocol.empty() ? "HttpProxy" : "HttpProxy/" + protocol;
    }
    case SourceKind::kExchangeEcpServer:
      return "ECP/Server";
    case SourceKind::kExchangeEcpActivity:
      return "ECP/Activity";
    case SourceKind::kExchangeOabGenerator:
      return "OABGenerator";
    case SourceKind::kExchangeEws:
      return "Ews";
    case SourceKind::kExchangeMapiHttp:
      return "MapiHttp";
    case SourceKind::kExchangeRpsHttp:
      return "Rps_Http";
    case SourceKind::kExchangeCmdlet:
      return path_has(path, "LocalPowerShell") ? "LocalPowerShell_Cmdlet" : "Rps_Cmdlet";
    case SourceKind::kExchangeAdminAudit:
      return "AdminAudit";
    case SourceKind::kExchangeMessageTracking:
      return "MessageTracking";
    case SourceKind::kExchangeSmtp:
      if (contains_nocase(log_type, "Receive")) return "SmtpReceive";
      return contains_nocase(log_type, "Send") ? "SmtpSend" : "SMTP";
    default:
      return log_type.empty() ? "Exchange" : std::string(log_type);
  }
}

bool is_plain_header(std::string_view line) {
  line = text::without_byte_order_mark(line);
  if (line.starts_with('"')) line.remove_prefix(1);
  for (const std::string_view name : kTimeNames) {
    if (!line.starts_with(name)) continue;
    const std::string_view rest = line.substr(name.size());
    return rest.starts_with(',') || rest.starts_with("\",");
  }
  return false;
}

std::shared_ptr<const Layout> make_layout(std::string_view header, std::string_view log_type,
                                          std::string_view path, const ReaderOptions& options) {
  auto layout = std::make_shared<Layout>();
  layout->columns =
      split_header(header, static_cast<std::size_t>(options.limits->fields_per_event));
  text::Slots slots = text::make_slots(layout->columns, layout->columns.size());
  layout->slot_of_column = std::move(slots.slot_of_column);
  layout->names = std::move(slots.names);
  for (const std::string_view name : kTimeNames) {
    if (layout->time == kNoColumn) layout->time = column_named(layout->columns, name);
  }
  for (const std::string_view name : kComputerNames) {
    if (layout->computer == kNoColumn) layout->computer = column_named(layout->columns, name);
  }
  Shape shape;
  shape.source = kind_of_log(layout->columns, log_type, path);
  shape.channel = log_name(shape.source, log_type, path);
  shape.precision = TimePrecision::kMillisecond;
  const bool is_ecp = shape.source == SourceKind::kExchangeEcpServer ||
                      shape.source == SourceKind::kExchangeEcpActivity;
  if (is_ecp) layout->event_data = column_named(layout->columns, "EventData");
  layout->last_is_text =
      is_ecp && layout->event_data != kNoColumn && layout->event_data + 1 == layout->columns.size();
  if (shape.source == SourceKind::kExchangeHttpProxy) {
    for (const auto& [from, to] : kWebNames) {
      const std::size_t column = column_named(layout->columns, from);
      if (column == kNoColumn || column_named(layout->columns, to) != kNoColumn) continue;
      layout->copies.emplace_back(static_cast<std::uint32_t>(column),
                                  static_cast<std::uint32_t>(layout->names.size()));
      layout->names.emplace_back(to);
    }
  }
  layout->shape = text::intern_shape(*options.shapes, std::move(shape), layout->names);
  return layout;
}

}  // namespace pugmark::exchange
