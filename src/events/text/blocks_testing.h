#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

// Shared by tests only.
namespace pugmark::text {

inline std::filesystem::path test_data() {
  const char* const data = std::getenv("PUGMARK_DATA");
  return data != nullptr ? data : "../shared/data";
}

inline std::string file_text(const std::filesystem::path& path) {
  std::string text;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return text;
  char piece[65536];
  for (std::size_t got; (got = std::fread(piece, 1, sizeof piece, file)) > 0;)
    text.append(piece, got);
  std::fclose(file);
  return text;
}

}  // namespace pugmark::text
