#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "detect/files/file_check.h"
#include "evidence/item.h"

namespace pugmark::web_root {

// One file as the check of web roots sees it. Nature is that of the bytes and the name.
files::FileReport look_at(const std::string& path, std::string_view bytes,
                          const Limits& limits = {});

// A piece of a larger file.
files::FileReport look_at_piece(const std::string& path, std::string_view bytes,
                                std::uint64_t offset_bytes);

// "rule-id @OFFSET+LENGTH: what: text | what: text", one for each match, and "gap KIND: words".
std::vector<std::string> words_of(const files::FileReport& report);
std::vector<std::string> words_at(const std::string& path, std::string_view bytes);

// Files of an evidence, looked at one by one and then together.
struct MadeFile {
  std::string path;
  std::string bytes;
  FileAttributes attributes;
};
// Their matches in order of their paths: "PATH: " before each of words_of(), gaps left out.
std::vector<std::string> words_together(const std::vector<MadeFile>& files);

// In UTF-16LE behind a byte order mark.
std::string wide(std::string_view ascii);

}  // namespace pugmark::web_root
