#include "detect/web_root/server_history.h"

#include "detect/web_root/belonging.h"
#include "detect/web_root/readers.h"
#include "detect/web_root/said.h"

namespace pugmark::web_root {
namespace {

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

bool is_hidden(std::string_view folder) { return !hiding_part(configured_path(folder)).empty(); }

bool is_conspicuous(std::string_view folder) {
  return is_hidden(folder) || is_data_folder(configured_path(folder));
}

}  // namespace

std::vector<HistoryRemark> ServerHistory::next(const ServerConfiguration& copy,
                                               const std::vector<files::FileFact>& facts) {
  std::vector<HistoryRemark> remarks;
  std::set<Name> modules;
  std::map<Name, std::string> directories;
  for (const files::FileFact& fact : facts) {
    const Name name(fact.name, fact.value);
    if (is(fact, Fact::kModule)) modules.insert(name);
    if (!is(fact, Fact::kVirtualDirectory) || !is_conspicuous(fact.value)) continue;
    const auto before = directories_.find(name);
    directories.emplace(name, before != directories_.end() ? before->second : copy_.path);
  }
  for (const auto& [name, older] : directories_) {
    if (!directories.contains(name)) tell_directory(name, older, copy.path, remarks);
  }
  const ServerConfiguration before = std::exchange(copy_, copy);
  if (has_copy_) find_added_modules(facts, before.path, remarks);
  has_copy_ = true;
  modules_ = std::move(modules);
  directories_ = std::move(directories);
  return remarks;
}

std::vector<HistoryRemark> ServerHistory::end() {
  std::vector<HistoryRemark> remarks;
  for (const auto& [name, older] : directories_) {
    if (!older.empty()) tell_directory(name, older, "", remarks);
  }
  *this = {};
  return remarks;
}

void ServerHistory::find_added_modules(const std::vector<files::FileFact>& facts,
                                       const std::string& older,
                                       std::vector<HistoryRemark>& remarks) const {
  for (const files::FileFact& fact : facts) {
    if (!is(fact, Fact::kModule) || is_known_module(fact.value)) continue;
    if (modules_.contains({fact.name, fact.value})) continue;
    remarks.push_back({copy_.entry,
                       true,
                       false,
                       {sign(fact.name + " is", fact.value, fact.offset_bytes, fact.length_bytes),
                        sign("which the copy before does not have", older, 0, 0)}});
  }
}

void ServerHistory::tell_directory(const Name& name, const std::string& older,
                                   const std::string& later,
                                   std::vector<HistoryRemark>& remarks) const {
  HistoryRemark& remark = remarks.emplace_back();
  remark.entry = copy_.entry;
  remark.is_hidden = is_hidden(name.second);
  if (!older.empty()) {
    remark.steps.push_back(
        sign("virtual directory " + name.first + " is not in the older copy", older, 0, 0));
  }
  if (!later.empty()) {
    remark.steps.push_back(
        sign("virtual directory " + name.first + " is gone from the later copy", later, 0, 0));
  }
}

}  // namespace pugmark::web_root
