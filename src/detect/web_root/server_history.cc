#include "detect/web_root/server_history.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "detect/web_root/belonging.h"
#include "detect/web_root/readers.h"
#include "detect/web_root/said.h"

namespace pugmark::web_root {
namespace {

using Name = std::pair<std::string_view, std::string_view>;
using Copies = std::span<const ServerConfiguration>;

bool is(const files::FileFact& fact, Fact kind) {
  return fact.kind == static_cast<std::uint32_t>(kind);
}

// A type of .NET has no folder in it, an image of a native module has.
bool is_known_module(std::string_view value) {
  if (value.find_first_of("\\/") == std::string_view::npos) return is_microsoft_type(value);
  const ServerPath image = configured_path(value);
  // What an installed product brings is no news; where else it may lie is judged by itself.
  return is_known_image(image) || image.has("program files") || image.has("program files (x86)");
}

std::set<Name> modules_of(const ServerConfiguration& copy) {
  std::set<Name> modules;
  for (const files::FileFact& fact : copy.facts) {
    if (is(fact, Fact::kModule)) modules.emplace(fact.name, fact.value);
  }
  return modules;
}

void find_added_modules(Copies copies, std::vector<HistoryRemark>& remarks) {
  std::set<Name> before = modules_of(copies.front());
  for (std::size_t i = 1; i < copies.size(); ++i) {
    for (const files::FileFact& fact : copies[i].facts) {
      if (!is(fact, Fact::kModule) || is_known_module(fact.value)) continue;
      if (before.contains({fact.name, fact.value})) continue;
      remarks.push_back({copies[i].entry,
                         true,
                         false,
                         {sign(fact.name + " is", fact.value, fact.offset_bytes, fact.length_bytes),
                          sign("which the copy before does not have", copies[i - 1].path, 0, 0)}});
    }
    before = modules_of(copies[i]);
  }
}

// The last copy that has a conspicuous virtual directory is told what became of it.
void find_directories(Copies copies, std::vector<HistoryRemark>& remarks) {
  struct Span {
    std::size_t first = 0;
    std::size_t last = 0;
    const files::FileFact* fact = nullptr;
  };
  std::map<Name, Span> spans;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    for (const files::FileFact& fact : copies[i].facts) {
      if (!is(fact, Fact::kVirtualDirectory)) continue;
      const ServerPath path = configured_path(fact.value);
      if (hiding_part(path).empty() && !is_data_folder(path)) continue;
      Span& span = spans.try_emplace({fact.name, fact.value}, Span{i, i, &fact}).first->second;
      span.last = i;
      span.fact = &fact;
    }
  }
  for (const auto& [name, span] : spans) {
    HistoryRemark remark;
    remark.entry = copies[span.last].entry;
    remark.is_hidden = !hiding_part(configured_path(name.second)).empty();
    if (span.first > 0) {
      remark.steps.push_back(
          sign("virtual directory " + std::string(name.first) + " is not in the older copy",
               copies[span.first - 1].path, 0, 0));
    }
    if (span.last + 1 < copies.size()) {
      remark.steps.push_back(
          sign("virtual directory " + std::string(name.first) + " is gone from the later copy",
               copies[span.last + 1].path, 0, 0));
    }
    if (!remark.steps.empty()) remarks.push_back(std::move(remark));
  }
}

}  // namespace

std::vector<HistoryRemark> compare_history(std::vector<ServerConfiguration> copies) {
  std::sort(copies.begin(), copies.end(),
            [](const ServerConfiguration& a, const ServerConfiguration& b) {
              return std::tie(a.server, a.number, a.path) < std::tie(b.server, b.number, b.path);
            });
  std::vector<HistoryRemark> remarks;
  for (std::size_t begin = 0; begin < copies.size();) {
    std::size_t end = begin;
    while (end < copies.size() && copies[end].server == copies[begin].server) ++end;
    const Copies of_server = Copies(copies).subspan(begin, end - begin);
    find_added_modules(of_server, remarks);
    find_directories(of_server, remarks);
    begin = end;
  }
  return remarks;
}

}  // namespace pugmark::web_root
