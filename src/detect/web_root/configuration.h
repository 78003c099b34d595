#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "detect/web_root/xml.h"
#include "events/file_kind.h"

namespace pugmark::web_root {

// One line of a configuration file of IIS, ASP.NET or Exchange that says what is loaded, served or
// executed.
struct Setting {
  enum class Kind : std::uint8_t {
    kVirtualDirectory,  // name: site and virtual path; value: physical path
    kNativeModule,      // name; value: image
    kManagedModule,     // name; value: type
    kHandler,           // name; path: what it is asked for; value: type, program or modules
    kBuildProvider,     // path: extension; value: type
    kIsapiFilter,       // name; value: image
    kAccessPolicy,      // value: "Read, Script"
    kRewrite,           // name; path: what the client must send for it; value: where it leads
    kTransportAgent,    // name; path: assembly; value: class
    kCompiledPage,      // name: virtual path; value: assembly
  };
  Kind kind = Kind::kVirtualDirectory;
  std::string location;  // path of the <location> it stands in; "" for the whole file
  std::string name;
  std::string path;
  std::string value;
  std::uint64_t offset_bytes = 0;  // of the element in the bytes
  std::uint64_t length_bytes = 0;
};

struct Configuration {
  std::vector<Setting> settings;  // in order
  XmlEnd end;
};

// All settings of a file, whichever of those files it is: applicationHost.config, web.config,
// agents.config, a .compiled file. Names are shortened to the limit name-bytes.
Configuration read_configuration(Bytes bytes, TextEncoding encoding, const Limits& limits);

}  // namespace pugmark::web_root
