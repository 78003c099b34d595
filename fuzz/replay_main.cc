// Runs stored inputs through one fuzzer in builds without libFuzzer: every file named on the
// command line, and every file of the folders named there. Finding no input at all is an error.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes);

namespace {

bool replay(const std::filesystem::path& path) {
  std::vector<std::uint8_t> bytes(std::filesystem::file_size(path));
  std::FILE* file = std::fopen(path.c_str(), "rb");
  const std::size_t read_bytes =
      file == nullptr ? 0 : std::fread(bytes.data(), 1, bytes.size(), file);
  if (file != nullptr) std::fclose(file);
  if (file == nullptr || read_bytes != bytes.size()) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    return false;
  }
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t inputs_count = 0;
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    if (!std::filesystem::is_directory(path)) {
      if (!replay(path)) return 1;
      ++inputs_count;
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (!entry.is_regular_file()) continue;
      if (!replay(entry.path())) return 1;
      ++inputs_count;
    }
  }
  std::fprintf(stderr, "%zu inputs replayed\n", inputs_count);
  return inputs_count > 0 ? 0 : 1;
}
