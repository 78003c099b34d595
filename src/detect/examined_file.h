#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/item.h"

namespace pugmark {

// What was made of a file that is no log. In rising order.
enum class FileVerdict : std::uint8_t { kClean, kSuspicious, kMalicious };
std::string_view to_string(FileVerdict verdict);  // "clean", "suspicious", "malicious"
std::optional<FileVerdict> file_verdict_from_string(std::string_view text);

// What a planted file lets its operator do: the first of these that holds.
enum class BackdoorKind : std::uint8_t {
  kNone,
  kExecution,       // runs commands or code that a request brings
  kUploader,        // writes a file that a request brings
  kFileManager,     // lists, reads, moves and deletes files as a request says
  kSqlBrowser,      // sends a database what a request says
  kTunnel,          // passes on connections: a proxy
  kDumper,          // sends secrets of the server: memory, hashes, configuration
  kCredentialForm,  // keeps what people type into a form that looks like another
};
std::string_view to_string(BackdoorKind kind);  // "", "execution", "uploader", "file-manager", ...
std::optional<BackdoorKind> backdoor_kind_from_string(std::string_view text);

// One step of the reasons, in order: for a flow from its source to its sink.
struct FileStep {
  enum class Role : std::uint8_t {
    kSource,    // where something comes from outside: a request parameter, a header, a cookie, ...
    kStep,      // what it passes through: an assignment, a call, a decoder
    kSink,      // what is done with it: evaluated, executed, written, ...
    kUnpacked,  // a constant that unpacks to code: what follows stands in what came out
    kSign,  // something that speaks for or against it by itself: a rule's string, a name, a time
  };
  Role role = Role::kSign;
  std::string what;  // in words: "request parameter cmd", "decoded by base64_decode", "eval"
  std::string text;  // as it stands there, cut to Limits::comparison_bytes
  std::uint64_t offset_bytes = 0;  // in the item; of what stands in an unpacked text: where the
                                   // constant is that it was unpacked from
  std::uint32_t length_bytes = 0;
  std::uint32_t layer = 0;  // how many times it was unpacked; 0: stands in the file itself
};
std::string_view to_string(FileStep::Role role);  // "source", "step", "sink", "unpacked", "sign"
std::optional<FileStep::Role> step_role_from_string(std::string_view text);

// A file that was looked at, whatever came of it: clean ones, too. Owns everything.
struct ExaminedFile {
  std::string path;  // Item::path
  std::uint64_t size_bytes = 0;
  std::optional<Sha256> sha256;  // Item::sha256
  std::string md5;               // hexadecimal digits; "" if nobody asked for it
  std::string sha1;
  std::string language;  // what a server would execute it as: "php", "aspx", ...; or
                         // "executable", "document", "text"; "" if none of these
  std::string encoding;  // "utf-8", "utf-16le", ...; "" of what is no text
  FileVerdict verdict = FileVerdict::kClean;
  BackdoorKind kind = BackdoorKind::kNone;
  std::optional<double> score;     // of the trained model, 0 to 1; absent if it was not asked
  std::string key;                 // the access key or request parameter that operates it
  std::vector<std::string> rules;  // ids of the rules that say something about it, each once
  std::vector<FileStep> steps;     // the strongest reasons first
  std::uint64_t unlisted_steps_count = 0;  // beyond the limit file-steps
  FileAttributes attributes;               // Item::attributes
};

}  // namespace pugmark
