// Prints files of scripts in numbers, for tools/train_scripts.py:
//   script_features <paths >features
//   script_features --names
// One path a line on standard input. On standard output for each, as little-endian numbers: one
// byte that is the kind of its page (0: no code), then the features as 32-bit floats, then the
// number of buckets as 32 bits and the buckets as 16 bits each. Before all: "PUGF", the number of
// features as 32 bits, and the first 16 digits of the SHA-256 of their names, one a line. With
// --names those names instead.
#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "detect/script/analyser.h"
#include "detect/script/model/features.h"

namespace {

using pugmark::script::Analysis;

void write(const void* data, std::size_t size) {
  if (std::fwrite(data, 1, size, stdout) != size) {
    std::perror("script_features: standard output");
    std::exit(1);
  }
}

template <typename Number>
void write_number(Number number) {
  write(&number, sizeof number);
}

void write_analysis(const Analysis& analysis) {
  write_number(static_cast<unsigned char>(analysis.has_code ? analysis.page
                                                            : pugmark::script::PageKind::kNone));
  if (!analysis.has_code) return;
  write(analysis.features.data(), analysis.features.size() * sizeof(float));
  write_number(static_cast<std::uint32_t>(analysis.buckets.size()));
  write(analysis.buckets.data(), analysis.buckets.size() * sizeof(std::uint16_t));
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::string names;
  for (const std::string& name : pugmark::script::feature_names()) names += name + '\n';
  if (argument_count > 1 && std::string_view(arguments[1]) == "--names") {
    write(names.data(), names.size());
    return 0;
  }
  write("PUGF", 4);
  write_number(static_cast<std::uint32_t>(pugmark::script::feature_names().size()));
  write(pugmark::to_hex(pugmark::sha256(pugmark::as_bytes(names))).data(), 16);
  pugmark::script::AnalysisBounds bounds;
  bounds.describes = true;
  pugmark::script::Analyser analyser(bounds);
  std::string path;
  while (std::getline(std::cin, path)) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      std::cerr << "script_features: " << path << ": cannot be read\n";
      return 1;
    }
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    write_analysis(analyser.analyse(pugmark::as_bytes(bytes), path));
  }
  return 0;
}
