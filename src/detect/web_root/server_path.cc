#include "detect/web_root/server_path.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "evidence/item.h"

namespace pugmark::web_root {
namespace {

// "c", "c:", "c$", "c_", "drive_c": how collectors write the drive.
bool is_drive(std::string_view part) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (part.empty()) return false;
  if (part.size() <= 2 && is_letter(part[0]))
    return part.size() == 1 || part[1] == ':' || part[1] == '$' || part[1] == '_';
  return part.size() == 7 && part.starts_with("drive_") && is_letter(part[6]);
}

std::vector<std::string> cut(std::string_view path) {
  std::vector<std::string> parts;
  std::string lower = ascii_lower(path);
  std::string_view rest = lower;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of("/\\");
    std::string_view part = rest.substr(0, end);
    const bool is_archive =
        end != std::string_view::npos && rest[end] == '/' && part.ends_with('!');
    if (is_archive) part.remove_suffix(1);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return parts;
}

}  // namespace

ServerPath::ServerPath(std::string_view path) : parts_(cut(path_without_number(path))) {}

std::string ServerPath::folder() const {
  std::string folder;
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i) folder += parts_[i] + '/';
  return folder;
}

std::string ServerPath::text() const { return folder() + std::string(name()); }

std::size_t ServerPath::behind(std::string_view folders) const {
  const std::vector<std::string> sought = cut(folders);
  const auto found = std::find_end(parts_.begin(), parts_.end(), sought.begin(), sought.end());
  if (found == parts_.end() || sought.empty()) return kNone;
  return static_cast<std::size_t>(found - parts_.begin()) + sought.size();
}

std::string ServerPath::server_before(std::size_t count) const {
  count = std::min(count, parts_.size());
  if (count > 0 && is_drive(parts_[count - 1])) --count;
  std::string server;
  for (std::size_t i = 0; i < count; ++i) server += parts_[i] + '/';
  return server;
}

ServerPath configured_path(std::string_view path) {
  using Entry = std::pair<std::string_view, std::string_view>;
  static constexpr auto kVariables = std::to_array<Entry>({
      {"%systemdrive%", "c:"},
      {"%windir%", "c:/windows"},
      {"%systemroot%", "c:/windows"},
      {"%programdata%", "c:/programdata"},
      {"%allusersprofile%", "c:/programdata"},
      {"%programfiles%", "c:/program files"},
      {"%programfiles(x86)%", "c:/program files (x86)"},
      {"%programw6432%", "c:/program files"},
      {"%commonprogramfiles%", "c:/program files/common files"},
      {"%exchangeinstallpath%", "c:/program files/microsoft/exchange server/v15/"},
      {"%public%", "c:/users/public"},
      {"%temp%", "c:/windows/temp"},
      {"%tmp%", "c:/windows/temp"},
      {"%iis_bin%", "c:/program files/iis express"},
  });
  std::string lower = ascii_lower(path);
  // People leave blanks behind a path; one inside of it hides a folder.
  lower.erase(lower.find_last_not_of(" \t") + 1);
  for (const auto& [variable, value] : kVariables) {
    const std::size_t at = lower.find(variable);
    if (at != std::string::npos) lower.replace(at, variable.size(), value);
  }
  for (const std::string_view prefix : {"\\\\?\\", "\\\\.\\", "//?/", "\\??\\"}) {
    if (lower.starts_with(prefix)) lower.erase(0, prefix.size());
  }
  const bool has_drive = lower.size() >= 2 && lower[1] == ':';
  if (has_drive) lower.erase(0, 2);
  return ServerPath(lower);
}

}  // namespace pugmark::web_root
