#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pugmark::web_root {

// A path of Windows in any form it comes in: "C:\inetpub\x", "a.zip!/C/inetpub/x", "%windir%\x".
// In lower case, cut at every "/", "\" and "!/"; "." and empty parts left out, ".." followed.
class ServerPath {
 public:
  explicit ServerPath(std::string_view path);

  const std::vector<std::string>& parts() const { return parts_; }
  std::string_view name() const { return parts_.empty() ? std::string_view() : parts_.back(); }
  std::string folder() const;  // of the file: all parts but the last, each with a "/" behind it
  std::string text() const;    // all parts, joined by "/"

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  // Where the parts of `folders` ("inetpub/wwwroot") stand one after the other, the last place;
  // the number of the part behind them.
  std::size_t behind(std::string_view folders) const;
  bool has(std::string_view folders) const { return behind(folders) != kNone; }

  // What stands before part `count`, without the drive in it: the same for all files of one server
  // that were collected in one way.
  std::string server_before(std::size_t count) const;

 private:
  std::vector<std::string> parts_;
};

// A path as configuration writes it, with the variables of Windows replaced by where they usually
// lead; without the drive, "//?/" and such.
ServerPath configured_path(std::string_view path);

}  // namespace pugmark::web_root
