#include "detect/examined_file.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace pugmark {
namespace {

constexpr std::array<std::string_view, 3> kVerdicts = {"clean", "suspicious", "malicious"};
constexpr std::array<std::string_view, 8> kKinds = {
    "",       "execution", "uploader",       "file-manager", "sql-browser",
    "tunnel", "dumper",    "credential-form"};
constexpr std::array<std::string_view, 5> kRoles = {"source", "step", "sink", "unpacked", "sign"};

template <typename Value>
std::optional<Value> find_in(std::span<const std::string_view> names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

}  // namespace

std::string_view to_string(FileVerdict verdict) {
  return kVerdicts[static_cast<std::size_t>(verdict)];
}
std::optional<FileVerdict> file_verdict_from_string(std::string_view text) {
  return find_in<FileVerdict>(kVerdicts, text);
}

std::string_view to_string(BackdoorKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::optional<BackdoorKind> backdoor_kind_from_string(std::string_view text) {
  return find_in<BackdoorKind>(kKinds, text);
}

std::string_view to_string(FileStep::Role role) { return kRoles[static_cast<std::size_t>(role)]; }
std::optional<FileStep::Role> step_role_from_string(std::string_view text) {
  return find_in<FileStep::Role>(kRoles, text);
}

}  // namespace pugmark
