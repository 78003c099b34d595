#pragma once

#include <cstdint>

#include "detect/web_root/server_path.h"

namespace pugmark::web_root {

// What a file is read as, by its name and place.
enum class TraceKind : std::uint8_t {
  kNone,
  kServerConfiguration,  // applicationHost.config, the present one or a copy
  kSiteConfiguration,    // web.config
  kTransportAgents,      // agents.config
  kCompiledPage,         // *.compiled
  kCrashReport,          // Report.wer
};

inline TraceKind trace_kind_of(const ServerPath& path) {
  const std::string_view name = path.name();
  if (name == "applicationhost.config") return TraceKind::kServerConfiguration;
  if (name == "web.config") return TraceKind::kSiteConfiguration;
  if (name == "agents.config") return TraceKind::kTransportAgents;
  if (name.ends_with(".compiled")) return TraceKind::kCompiledPage;
  if (name == "report.wer") return TraceKind::kCrashReport;
  return TraceKind::kNone;
}

}  // namespace pugmark::web_root
