#include "detect/web_root/web_root_check.h"

#include <fmt/format.h>

#include "detect/web_root/belonging.h"
#include "detect/web_root/readers.h"
#include "detect/web_root/said.h"
#include "detect/web_root/trace_kind.h"

namespace pugmark::web_root {
namespace {

class WebRootCheck final : public files::FileCheck {
 public:
  WebRootCheck(const std::vector<files::FileRule>& file_rules, std::uint32_t first_rule,
               const Limits& limits)
      : file_rules_(file_rules), first_rule_(first_rule), limits_(limits) {}

  Status look(const files::FileView& file, const std::atomic<bool>& /*stop*/,
              files::FileReport& report) override {
    Said said(file_rules_, first_rule_, report);
    const ServerPath path(file.path);
    const TraceKind kind = trace_kind_of(path);
    if (!file.is_whole) {
      if (kind != TraceKind::kNone && file.offset_bytes == 0) {
        files::add_gap(file, GapKind::kLimit,
                       fmt::format("This file is larger than the limit file-window-bytes ({}): "
                                   "what it configures or records was not looked at.",
                                   limits_.file_window_bytes),
                       report);
      }
      return {};
    }
    read(kind, file, said);
    if (is_page_name(path.name())) read_page_language(file, said);
    read_directory_dump(file, said);
    read_certificate_request(file, said);
    return {};
  }

 private:
  void read(TraceKind kind, const files::FileView& file, Said& said) const {
    switch (kind) {
      case TraceKind::kNone:
        return;
      case TraceKind::kServerConfiguration:
        return read_server_configuration(file, limits_, said);
      case TraceKind::kSiteConfiguration:
        return read_site_configuration(file, limits_, said);
      case TraceKind::kTransportAgents:
        return read_transport_agents(file, limits_, said);
      case TraceKind::kCompiledPage:
        return read_compiled_page(file, limits_, said);
      case TraceKind::kCrashReport:
        return read_crash_report(file, said);
    }
  }

  const std::vector<files::FileRule>& file_rules_;
  std::uint32_t first_rule_;
  const Limits& limits_;
};

}  // namespace

std::unique_ptr<files::FileCheck> make_web_root_check(
    const std::vector<files::FileRule>& file_rules, std::uint32_t first_rule,
    const Limits& limits) {
  return std::make_unique<WebRootCheck>(file_rules, first_rule, limits);
}

}  // namespace pugmark::web_root
