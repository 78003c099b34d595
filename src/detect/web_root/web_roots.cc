#include "detect/web_root/web_roots.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/time.h"
#include "detect/web_root/belonging.h"
#include "detect/web_root/neighbours.h"
#include "detect/web_root/readers.h"
#include "detect/web_root/said.h"
#include "detect/web_root/server_history.h"
#include "detect/web_root/suffix_index.h"
#include "detect/web_root/trace_kind.h"

namespace pugmark::web_root {
namespace {

using files::ExaminedFiles;
using files::FileFact;
using files::FileReport;

FileStep words(std::string what, std::string text = "") {
  return sign(std::move(what), text, 0, 0);
}

// A folder as evidence names it, up to its last "/" or "\".
std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.find_last_of("/\\") + 1);
}

bool is_program_name(std::string_view name) {
  return name.ends_with(".dll") || name.ends_with(".exe");
}

// Files that data is carried off in, or that tools leave behind.
bool is_loot_name(std::string_view name) {
  for (const std::string_view extension :
       {".log", ".txt", ".dat", ".dmp", ".bin", ".zip", ".rar", ".7z", ".cab", ".exe", ".dll",
        ".bat", ".ps1", ".vbs", ".tmp", ".csv", ".ost", ".pst"}) {
    if (name.ends_with(extension)) return true;
  }
  return false;
}

class WebRoots {
 public:
  WebRoots(const std::vector<files::FileRule>& file_rules, std::uint32_t first_rule,
           ExaminedFiles& files)
      : file_rules_(file_rules), first_rule_(first_rule), files_(files) {
    for (std::uint32_t rule = 0; rule < kRulesCount; ++rule) {
      if (*absence_of(static_cast<Rule>(rule)) != '\0') counts_[rule] = 0;
    }
  }

  Result<FilesForRules> judge() {
    for (std::size_t i = 0; i < files_.entries().size(); ++i) {
      if (auto status = sort_in(i); !status) return std::move(status).error();
    }
    if (!compiled_.empty()) fill_indexes();
    for (const std::size_t compiled : compiled_) {
      if (auto status = judge_compiled(compiled); !status) return std::move(status).error();
    }
    if (auto status = judge_history(); !status) return std::move(status).error();
    if (auto status = judge_folders(); !status) return std::move(status).error();
    return counts_;
  }

 private:
  const std::string& path_of(std::size_t entry) const {
    return files_.item_of(files_.entries()[entry]).item.path;
  }

  void count(Rule rule) { ++*counts_[static_cast<std::uint32_t>(rule)]; }

  // Adds what was said of a file. Of what speaks of its name, its times or its place the place in
  // the file is all of it.
  Status add(std::size_t entry, FileReport report) {
    if (report.is_empty()) return {};
    const Item& item = files_.item_of(files_.entries()[entry]).item;
    for (files::RuleHit& hit : report.hits) {
      if (hit.length_bytes == 0) hit.length_bytes = files::length32(item.size_bytes);
    }
    return files_.add(entry, std::move(report));
  }

  Status say(std::size_t entry, Rule rule, std::vector<FileStep> steps) {
    FileReport report;
    Said(file_rules_, first_rule_, report).say(rule, std::move(steps));
    return add(entry, std::move(report));
  }

  Status sort_in(std::size_t entry) {
    const std::string& item_path = path_of(entry);
    const ServerPath path(item_path);
    count_configuration(entry, path);
    folders_[folder_of(item_path)].push_back(entry);
    if (is_page_name(path.name())) pages_.push_back(entry);
    const WebFolder folder = web_folder_of(path);
    if (folder == WebFolder::kNone) return {};
    for (const Rule rule : {Rule::kScriptWhereNoneBelongs, Rule::kScriptOfUnknownName,
                            Rule::kFileWhereNoneBelongs, Rule::kNameOfKnownShell})
      count(rule);
    return judge_place(entry, path, folder);
  }

  void count_configuration(std::size_t entry, const ServerPath& path) {
    switch (trace_kind_of(path)) {
      case TraceKind::kServerConfiguration:
        for (const Rule rule :
             {Rule::kHiddenVirtualDirectory, Rule::kVirtualDirectoryOutside, Rule::kNativeModule,
              Rule::kScriptEngineForExtension, Rule::kSearchEnginesOnly})
          count(rule);
        configurations_.push_back(entry);
        break;
      case TraceKind::kSiteConfiguration:
        for (const Rule rule :
             {Rule::kScriptEngineForExtension, Rule::kExecutableFolder, Rule::kSearchEnginesOnly})
          count(rule);
        if (path.has("httpproxy") || path.has("clientaccess")) count(Rule::kForeignTypeInExchange);
        break;
      case TraceKind::kTransportAgents:
        count(Rule::kTransportAgent);
        break;
      case TraceKind::kCompiledPage:
        // Sites may be handed over compiled: only this folder is filled by execution.
        if (!path.has("temporary asp.net files")) break;
        count(Rule::kCompiledForeignPage);
        count(Rule::kCompiledSourceGone);
        compiled_.push_back(entry);
        break;
      case TraceKind::kCrashReport:
        count(Rule::kCrashOfExchange);
        break;
      case TraceKind::kNone:
        break;
    }
  }

  Status judge_place(std::size_t entry, const ServerPath& path, WebFolder folder) {
    if (is_of_known_component(path)) return {};
    const std::string_view name = path.name();
    FileReport report;
    Said said(file_rules_, first_rule_, report);
    if (is_known_shell(folder, name))
      said.say(Rule::kNameOfKnownShell,
               {words("has a name of the list for " + std::string(to_string(folder)),
                      name_text(entry))});
    if (is_page_name(name)) {
      if (folder == WebFolder::kOwaAuth && !belongs(folder, name)) {
        said.say(Rule::kScriptOfUnknownName,
                 {words("is no page that Exchange puts into owa/auth", name_text(entry))});
      } else if (!belongs(folder, name)) {
        said.say(Rule::kScriptWhereNoneBelongs,
                 {words("a page lies in " + std::string(to_string(folder)), name_text(entry))});
      }
    } else if (folder == WebFolder::kClientFolder && is_loot_name(name)) {
      said.say(Rule::kFileWhereNoneBelongs, {words("lies in aspnet_client", name_text(entry))});
    }
    return add(entry, std::move(report));
  }

  std::string name_text(std::size_t entry) const {
    const std::string& path = path_of(entry);
    return path.substr(folder_of(path).size());
  }

  // Where a page or the folder of pages lies below the folders of its server, as its address says.
  // The root of a site is most often wwwroot; of others it is not known where it lies.
  static ServerPath place_in_site(const ServerPath& page) {
    return ServerPath(page.parts().size() > 1 ? page.text() : "wwwroot/" + page.text());
  }

  bool has_folder(const ServerPath& page, const std::string& server) {
    return folder_index_.find(ServerPath(place_in_site(page).folder()), server).has_value();
  }

  // Only if there is something to look for: they take as much memory as all paths do.
  void fill_indexes() {
    for (const auto& [folder, entries] : folders_)
      folder_index_.add(ServerPath(folder), entries.front());
    for (const std::size_t page : pages_) page_index_.add(ServerPath(path_of(page)), page);
  }

  static WebFolder folder_of_page(const ServerPath& page) {
    const auto& parts = page.parts();
    if (parts.size() < 2) return WebFolder::kNone;
    if (parts[0] == "aspnet_client") return WebFolder::kClientFolder;
    if (parts[0] == "oab") return WebFolder::kOab;
    if (parts[0] == "ecp" && parts[1] == "auth" && parts.size() > 2) return WebFolder::kEcpAuth;
    if (parts[0] != "owa" || parts[1] != "auth" || parts.size() < 3) return WebFolder::kNone;
    return parts.size() == 3 ? WebFolder::kOwaAuth : WebFolder::kOwaAuthResource;
  }

  Status judge_compiled(std::size_t entry) {
    auto said = files_.report(entry);
    if (!said) return std::move(said).error();
    const ServerPath path(path_of(entry));
    const std::size_t windows = path.behind("windows/microsoft.net");
    const std::string server = windows == ServerPath::kNone ? "" : path.server_before(windows - 2);
    for (const FileFact& fact : said.value().facts) {
      if (fact.kind != static_cast<std::uint32_t>(Fact::kCompiledPage)) continue;
      if (auto status = judge_page(entry, fact, server); !status) return status;
    }
    return {};
  }

  Status judge_page(std::size_t entry, const FileFact& fact, const std::string& server) {
    const ServerPath page(fact.name);
    if (!is_page_name(page.name()) || is_of_known_component(page)) return {};
    const WebFolder folder = folder_of_page(page);
    const auto source = page_index_.find(place_in_site(page), server);
    const bool is_bad = source && files_.entries()[*source].verdict == FileVerdict::kMalicious;
    const bool is_foreign = !belongs(folder, page.name()) || is_bad;
    const bool is_gone = !source && has_folder(page, server) && !is_exchange_page(page.name());
    if (!is_foreign && !is_gone) return {};
    std::vector<FileStep> steps = {
        sign("compiled from the page", fact.name, fact.offset_bytes, fact.length_bytes)};
    const std::int64_t time_ns =
        files_.item_of(files_.entries()[entry]).item.attributes.modified_ns;
    if (time_ns != FileAttributes::kNoTime)
      steps.push_back(
          words("when it was asked for first, if the time of this file was not changed: " +
                format_time(TimeUtc{time_ns}, TimePrecision::kSecond)));
    if (is_known_shell(folder, page.name()))
      steps.push_back(words("whose name is that of a web shell of March 2021"));
    if (source) {
      steps.push_back(
          words(is_bad ? "whose source is malicious" : "whose source is there", path_of(*source)));
    } else if (is_gone) {
      steps.push_back(words("whose source is gone from its folder"));
    } else {
      steps.push_back(words("whose source is not in the evidence"));
    }
    if (const auto library = library_of(entry, fact.value))
      steps.push_back(words("the library made of it is there", path_of(*library)));
    if (source) {
      if (auto status = tell_source(*source, entry); !status) return status;
    }
    return say(entry, is_foreign ? Rule::kCompiledForeignPage : Rule::kCompiledSourceGone,
               std::move(steps));
  }

  Status tell_source(std::size_t source, std::size_t compiled) {
    FileReport report;
    report.reasons.push_back(
        {weight_of(Rule::kCompiledForeignPage),
         {words("was compiled, so executed at least once", path_of(compiled))}});
    return add(source, std::move(report));
  }

  std::optional<std::size_t> library_of(std::size_t compiled, const std::string& assembly) const {
    if (assembly.empty()) return std::nullopt;
    const ServerPath sought(assembly + ".dll");
    for (const std::size_t other : folders_.at(folder_of(path_of(compiled)))) {
      if (ServerPath(name_text(other)).name() == sought.name()) return other;
    }
    return std::nullopt;
  }

  // Which copy of which server a configuration is; nothing if its place does not say.
  static bool place_configuration(const ServerPath& path, ServerConfiguration& copy) {
    copy.number = UINT64_MAX;
    const std::size_t present = path.behind("system32/inetsrv/config");
    if (present != ServerPath::kNone && present + 1 == path.parts().size() && present >= 4) {
      copy.server = path.server_before(present - 4);
      return true;
    }
    const std::size_t history = path.behind("inetpub/history");
    if (history == ServerPath::kNone || history + 2 != path.parts().size()) return false;
    copy.server = path.server_before(history - 2);
    constexpr std::string_view kPrefix = "cfghistory_";
    const std::string& name = path.parts()[history];
    if (!name.starts_with(kPrefix)) return false;
    const char* const end = name.data() + name.size();
    return std::from_chars(name.data() + kPrefix.size(), end, copy.number).ptr == end;
  }

  Status judge_history() {
    std::vector<ServerConfiguration> copies;
    for (const std::size_t entry : configurations_) {
      ServerConfiguration copy;
      copy.entry = entry;
      copy.path = path_of(entry);
      if (place_configuration(ServerPath(copy.path), copy)) copies.push_back(std::move(copy));
    }
    if (copies.size() > 1) counts_[static_cast<std::uint32_t>(Rule::kModuleAdded)] = copies.size();
    std::sort(copies.begin(), copies.end(),
              [](const ServerConfiguration& a, const ServerConfiguration& b) {
                return std::tie(a.server, a.number, a.path) < std::tie(b.server, b.number, b.path);
              });
    ServerHistory history;
    for (std::size_t i = 0; i < copies.size(); ++i) {
      auto said = files_.report(copies[i].entry);
      if (!said) return std::move(said).error();
      if (auto status = say_all(history.next(copies[i], said.value().facts)); !status)
        return status;
      const bool is_last = i + 1 == copies.size() || copies[i + 1].server != copies[i].server;
      if (!is_last) continue;
      if (auto status = say_all(history.end()); !status) return status;
    }
    return {};
  }

  // There may be many remarks on one file: they are added together.
  Status say_all(std::vector<HistoryRemark> remarks) {
    std::map<std::size_t, FileReport> reports;
    for (HistoryRemark& remark : remarks) {
      Rule rule = Rule::kModuleAdded;
      if (!remark.is_module)
        rule = remark.is_hidden ? Rule::kHiddenVirtualDirectory : Rule::kVirtualDirectoryOutside;
      Said(file_rules_, first_rule_, reports[remark.entry]).say(rule, std::move(remark.steps));
    }
    for (auto& [entry, report] : reports) {
      if (auto status = add(entry, std::move(report)); !status) return status;
    }
    return {};
  }

  Status judge_folders() {
    for (const auto& [name, entries] : folders_) {
      if (entries.size() < 2) continue;
      std::vector<Neighbour> folder;
      for (const std::size_t entry : entries) folder.push_back(neighbour(entry));
      if (auto status = add_languages(folder); !status) return status;
      for (auto& [entry, steps] : odd_ones_out(folder)) {
        if (auto status = say(entry, Rule::kOddOneOut, std::move(steps)); !status) return status;
      }
      for (auto& [entry, steps] : changed_times(folder)) {
        if (auto status = say(entry, Rule::kFileTimes, std::move(steps)); !status) return status;
      }
    }
    return {};
  }

  // Only where somebody asks for them: each is read from the temporary file.
  Status add_languages(std::vector<Neighbour>& folder) {
    const auto is_page = [](const Neighbour& file) { return file.is_page; };
    const auto pages = std::count_if(folder.begin(), folder.end(), is_page);
    if (static_cast<std::size_t>(pages) < kOddAmongMin) return {};
    for (Neighbour& file : folder) {
      if (!file.is_page) continue;
      auto said = files_.report(file.entry);
      if (!said) return std::move(said).error();
      for (FileFact& fact : said.value().facts) {
        if (fact.kind == static_cast<std::uint32_t>(Fact::kLanguage))
          file.language = std::move(fact.name);
      }
    }
    return {};
  }

  Neighbour neighbour(std::size_t entry) const {
    const ExaminedFiles::Entry& file = files_.entries()[entry];
    Neighbour neighbour;
    neighbour.entry = entry;
    neighbour.item = &files_.item_of(file).item;
    neighbour.nature = file.nature;
    const ServerPath path(name_text(entry));
    neighbour.is_page = is_page_name(path.name());
    neighbour.is_executable = neighbour.is_page || is_program_name(path.name());
    return neighbour;
  }

  const std::vector<files::FileRule>& file_rules_;
  std::uint32_t first_rule_;
  ExaminedFiles& files_;
  FilesForRules counts_{};
  std::unordered_map<std::string_view, std::vector<std::size_t>> folders_;  // by folder_of()
  std::vector<std::size_t> pages_;
  SuffixIndex page_index_;
  SuffixIndex folder_index_;
  std::vector<std::size_t> compiled_;
  std::vector<std::size_t> configurations_;
};

}  // namespace

Result<FilesForRules> judge_web_roots(const std::vector<files::FileRule>& file_rules,
                                      std::uint32_t first_rule, ExaminedFiles& files) {
  return WebRoots(file_rules, first_rule, files).judge();
}

}  // namespace pugmark::web_root
