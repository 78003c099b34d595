// Any bytes as a file of a web server: its first byte says which, or as several files of one
// server, parted by lines of "====". Promised: the same is said twice; what matches lies inside the
// file; a text that is shown stands where it is said to; what was not read is told; reports survive
// their temporary file; files are judged together whatever they say.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "detect/files/file_report.h"
#include "detect/web_root/web_root_testing.h"

using namespace pugmark;
using namespace pugmark::web_root;

namespace {

constexpr std::array<const char*, 8> kPaths = {
    "s/C/Windows/System32/inetsrv/config/applicationHost.config",
    "s/C/inetpub/history/CFGHISTORY_0000000007/applicationHost.config",
    "s/C/inetpub/wwwroot/uploads/web.config",
    "s/C/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/web.config",
    "s/C/Microsoft/Exchange Server/V15/TransportRoles/Shared/agents.config",
    "s/C/Windows/Microsoft.NET/Framework64/v4/Temporary ASP.NET Files/a/b/x.aspx.1.compiled",
    "s/C/ProgramData/Microsoft/Windows/WER/ReportArchive/x/Report.wer",
    "s/C/inetpub/wwwroot/aspnet_client/x.aspx",
};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

// Of a step with as many bytes as its text has, the text stands there.
void check_step(const FileStep& step, std::string_view bytes) {
  require(step.offset_bytes <= bytes.size(), "a step begins in the file");
  require(step.length_bytes <= bytes.size() - step.offset_bytes, "a step ends in the file");
  if (step.layer > 0 || step.length_bytes != step.text.size()) return;
  const std::string_view found = bytes.substr(step.offset_bytes, step.length_bytes);
  const bool is_element = found.starts_with('<');
  require(is_element || found == step.text || found.find('\0') != std::string_view::npos,
          "a text stands where it is said to");
}

void check_file(const std::string& path, std::string_view bytes) {
  const files::FileReport report = look_at(path, bytes);
  require(words_of(report) == words_of(look_at(path, bytes)), "the same is said twice");
  for (const files::RuleHit& hit : report.hits) {
    require(hit.offset_bytes + hit.length_bytes <= bytes.size(), "a match lies in the file");
    require(!hit.because.empty(), "a match has a reason");
  }
  for (const files::Reason& reason : report.reasons) {
    for (const FileStep& step : reason.steps) check_step(step, bytes);
  }
  for (const Gap& gap : report.gaps) {
    require(!gap.what.empty(), "a gap says what");
    require(gap.where.offset_bytes <= bytes.size(), "a gap lies in the file");
  }
  files::FileReport unpacked;
  require(files::unpack_report(files::pack_report(report), unpacked).ok(), "reports are unpacked");
  require(unpacked.facts.size() == report.facts.size(), "facts survive");
}

std::vector<MadeFile> cut_into_files(std::string_view bytes) {
  std::vector<MadeFile> files;
  constexpr std::string_view kBetween = "\n====\n";
  while (files.size() < kPaths.size() && !bytes.empty()) {
    const std::size_t end = bytes.find(kBetween);
    files.push_back({kPaths.at(files.size()), std::string(bytes.substr(0, end)), {}});
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + kBetween.size());
  }
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  if (size_bytes == 0) return 0;
  // Bytes may be viewed as std::byte.
  const auto* const bytes_of = reinterpret_cast<const std::byte*>(data);
  const std::string_view bytes = as_text({bytes_of + 1, size_bytes - 1});
  const std::size_t path = data[0] % (kPaths.size() + 1);
  if (path < kPaths.size()) {
    check_file(kPaths.at(path), bytes);
    return 0;
  }
  const std::vector<MadeFile> files = cut_into_files(bytes);
  require(words_together(files) == words_together(files), "the same is said twice");
  return 0;
}
