#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

// What others have found out about intruders, as lists of single facts to look for.
namespace pugmark::indicators {

enum class Kind : std::uint8_t {
  kSha256,
  kSha1,
  kMd5,
  kAddress,    // IPv4 or IPv6
  kNetwork,    // with a prefix
  kDomain,     // and every name below it
  kUrl,        // its host and what stands behind it
  kPath,       // of a file or folder, or of a web page
  kFileName,   // without a folder
  kUserAgent,  // the whole header
};
inline constexpr std::size_t kKindsCount = 10;
std::string_view to_string(Kind kind);  // "sha256", "file name", "user agent", ...

// Stands by itself between any other bytes, so that it is found in a line of a log as well as in
// the values of the line.
constexpr bool is_token(Kind kind) { return kind <= Kind::kDomain; }

// One line, cell or object of a list that says what to look for. Owns its data.
struct Indicator {
  Kind kind = Kind::kSha256;
  // In one form for everything that is the same thing: case-folded UTF-8; addresses and networks
  // as inet_ntop() writes them; a URL without its scheme; paths with backslashes, without drive
  // and without a variable such as %TEMP% in front, so that they begin with a backslash if nothing
  // else may stand between. In URLs, paths, file names and user agents `*` stands for any
  // characters and `?` for one if `has_wildcards`.
  std::string value;
  bool has_wildcards = false;
  std::string written;     // as in the list
  std::uint32_t line = 0;  // from 1; 0: `place` says where
  std::string place;       // JSON pointer (RFC 6901)
  // The list itself says that it proves little: MISP's `to_ids: false`, STIX's types such as
  // "anomalous-activity" or a low confidence.
  bool is_doubted = false;
  // What the list says of it: the cells beside it, a comment, description, labels, actor.
  std::string about;

  // "line 7" or "/objects/3/pattern".
  std::string where() const;
};

// "line 7: 192.0.2[.]7 (C2 server)": where it stands, how it is written, what is said of it.
std::string said_of(const Indicator& indicator);

}  // namespace pugmark::indicators
