// Opens arbitrary bytes as a case and reads everything in it. A case may come from a rival:
// whatever it contains, the answer is a value or kDamaged, never a crash, a hang or a write.
//
// The header's application id and version are put right, so that the fuzzer gets past the first
// look; the bytes are used as they are too.
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "casefile/casefile.h"
#include "casefile/sqlite/schema.h"

namespace {

std::string temporary_file() {
  // SQLite reads files: memory where there is some, otherwise the temporary folder.
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path folder =
      std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
  return (folder / ("pugmark-casefile-fuzz-" + std::to_string(getpid()))).string();
}

void write_bytes(const std::string& path, const std::string& bytes) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) abort();
  if (write(descriptor, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) abort();
  close(descriptor);
}

void put_be32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

void read_case(const std::string& path) {
  using namespace pugmark;
  const Result<CaseReader> opened = CaseReader::open(path);
  if (!opened.ok()) return;
  const CaseReader& reader = opened.value();
  std::string id;
  (void)reader.facts();
  (void)reader.items([](const CaseItem&) { return true; }).ok();
  (void)reader.gaps([](const CaseGap&) { return true; }).ok();
  (void)reader.rules([](const LedgerEntry&) { return true; }).ok();
  (void)reader.coverage([](const Coverage&) { return true; }).ok();
  (void)reader.files([](const ExaminedFile&) { return true; }).ok();
  (void)reader
      .findings([&](const Finding& finding) {
        id = finding.id;
        return true;
      })
      .ok();
  (void)reader.finding(id).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  static const std::string path = temporary_file();
  // char may alias any object, so this view of the input is allowed.
  std::string bytes(reinterpret_cast<const char*>(data), size_bytes);
  write_bytes(path, bytes);
  read_case(path);
  if (bytes.size() >= 100) {
    bytes.replace(0, 16, std::string("SQLite format 3", 16));
    put_be32(bytes, 60, pugmark::sqlite::kFormatVersion);
    put_be32(bytes, 68, pugmark::sqlite::kApplicationId);
    write_bytes(path, bytes);
    read_case(path);
  }
  unlink(path.c_str());
  return 0;
}
