#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detect/files/file_check.h"

namespace pugmark::web_root {

// One copy of a server's applicationHost.config.
struct ServerConfiguration {
  std::size_t entry = 0;     // of ExaminedFiles
  std::string path;          // Item::path
  std::string server;        // ServerPath::server_before()
  std::uint64_t number = 0;  // of CFGHISTORY_n; UINT64_MAX: the present one
  std::vector<files::FileFact> facts;
};

// What is said of one copy in the light of the others.
struct HistoryRemark {
  std::size_t entry = 0;
  bool is_module = false;  // a module that was added; else more about a virtual directory
  bool is_hidden = false;  // of a virtual directory that hides itself
  std::vector<FileStep> steps;
};

// Compares the copies of each server, in the order of their numbers: modules that are nobody's we
// know and were added from one copy to the next; of conspicuous virtual directories since when and
// until when they stand there.
std::vector<HistoryRemark> compare_history(std::vector<ServerConfiguration> copies);

}  // namespace pugmark::web_root
