#include "cli/sources.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "casefile/facts.h"
#include "casefile/new_file.h"
#include "cli/options.h"

namespace pugmark {
namespace {

// The file that a path in the case names: of a member the archive. A folder's name may end in "!"
// too, so every front part is looked at.
bool is_file_of(const ExistingFile& file, const std::string& item_path) {
  for (std::size_t mark = item_path.find("!/"); mark != std::string::npos;
       mark = item_path.find("!/", mark + 1)) {
    if (file.is_at(item_path.substr(0, mark))) return true;
  }
  return file.is_at(item_path);
}

// A file as it would be recognised after it was moved. It is read only if it has the size of an
// item, and only once.
class Contents {
 public:
  explicit Contents(std::string path) : path_(std::move(path)) {
    std::error_code failed;
    size_bytes_ = std::filesystem::file_size(path_, failed);
    if (failed) size_bytes_ = 0;
  }

  // Empty files are all alike, and nothing is lost with one.
  bool equal(const Item& item) {
    if (size_bytes_ == 0 || item.size_bytes != size_bytes_ || !item.sha256) return false;
    if (!digest_) digest_ = read_digest();
    return *digest_ == *item.sha256;
  }

 private:
  Sha256 read_digest() const {
    Sha256Stream stream;
    std::ifstream in(path_, std::ios::binary);
    std::array<char, 64 << 10> buffer{};
    while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0)
      stream.update(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())}));
    return stream.finish();
  }

  std::string path_;
  std::uintmax_t size_bytes_ = 0;
  std::optional<Sha256> digest_;
};

bool was_handed_over(const ExistingFile& file, const CaseFacts& facts) {
  const auto evidence = facts.find(fact::kEvidence);
  if (evidence == facts.end()) return false;
  std::string_view rest = evidence->second;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (file.is_at(std::string(rest.substr(0, end)))) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

// The program's own rules are `rules/...` in every case, wherever they are installed.
bool is_rule_file(const ExistingFile& file, const std::string& named, const std::string& own) {
  constexpr std::string_view kOwn = "rules/";
  if (file.is_at(named)) return true;
  return !own.empty() && named.starts_with(kOwn) &&
         file.is_at(own + '/' + named.substr(kOwn.size()));
}

Error never_replaced(const std::string& path, std::string_view what) {
  return {ErrorCode::kInvalidInput, fmt::format("{}: is {} and is never replaced", path, what),
          "Write elsewhere."};
}

Error is_evidence(const std::string& path) { return never_replaced(path, "evidence of this case"); }

}  // namespace

Status check_replaces_no_source(const CaseReader& reader, const std::string& case_path,
                                const std::string& path) {
  const std::optional<ExistingFile> file = ExistingFile::at(path);
  if (!file) return {};
  if (file->is_at(case_path)) return never_replaced(path, "the case itself");
  const Result<CaseFacts> facts = reader.facts();
  if (!facts.ok()) return facts.error();
  if (was_handed_over(*file, facts.value())) return is_evidence(path);
  bool found = false;
  Contents contents(path);
  const Status read = reader.items([&](const CaseItem& item) {
    found = is_file_of(*file, item.item.path) || contents.equal(item.item);
    return !found;
  });
  if (!read.ok()) return read;
  if (found) return is_evidence(path);
  const std::string own = default_rules_folder();
  const Status rules_read = reader.rules([&](const LedgerEntry& entry) {
    found = is_rule_file(*file, entry.file, own);
    return !found;
  });
  if (!rules_read.ok()) return rules_read;
  if (found) return never_replaced(path, "a rule file of this case");
  return {};
}

}  // namespace pugmark
