#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "detect/files/file_check.h"

namespace pugmark::web_root {

// One copy of a server's applicationHost.config.
struct ServerConfiguration {
  std::size_t entry = 0;     // of ExaminedFiles
  std::string path;          // Item::path
  std::string server;        // ServerPath::server_before()
  std::uint64_t number = 0;  // of CFGHISTORY_n; UINT64_MAX: the present one
};

// What is said of one copy in the light of the others.
struct HistoryRemark {
  std::size_t entry = 0;
  bool is_module = false;  // a module that was added; else more about a virtual directory
  bool is_hidden = false;  // of a virtual directory that hides itself
  std::vector<FileStep> steps;
};

// Compares the copies of one server, which are told in the order of their numbers, each with the
// one before: modules that are nobody's we know and were added; of conspicuous virtual directories
// since when and until when they stand there. Keeps what two copies say, however many there are.
class ServerHistory {
 public:
  std::vector<HistoryRemark> next(const ServerConfiguration& copy,
                                  const std::vector<files::FileFact>& facts);
  std::vector<HistoryRemark> end();

 private:
  using Name = std::pair<std::string, std::string>;  // of a fact: its name and value

  void find_added_modules(const std::vector<files::FileFact>& facts, const std::string& older,
                          std::vector<HistoryRemark>& remarks) const;
  void tell_directory(const Name& name, const std::string& older, const std::string& later,
                      std::vector<HistoryRemark>& remarks) const;

  bool has_copy_ = false;
  ServerConfiguration copy_;                 // the last one told
  std::set<Name> modules_;                   // of it
  std::map<Name, std::string> directories_;  // the conspicuous ones of it, and the path of the last
                                             // copy without them; "" if none is known
};

}  // namespace pugmark::web_root
