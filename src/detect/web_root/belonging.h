#pragma once

#include <cstdint>
#include <string_view>

#include "detect/web_root/server_path.h"

// What belongs to IIS and Exchange: names, never contents. Where each name comes from stands in
// belonging.cc.
namespace pugmark::web_root {

// A web folder that planted files like.
enum class WebFolder : std::uint8_t {
  kNone,
  kClientFolder,     // aspnet_client and all below it: no file of its own
  kOwaAuth,          // pages for logging on
  kOwaAuthResource,  // below it: "Current" and folders of versions, with no pages
  kEcpAuth,
  kOab,  // the offline address book: no pages
};
const char* to_string(WebFolder folder);  // "aspnet_client", "owa/auth", ...
WebFolder web_folder_of(const ServerPath& path);

// Whether a server executes a file of this name when it is asked for it.
bool is_page_name(std::string_view name);

// Whether a page of this name (in lower case) comes with Exchange in that folder.
bool belongs(WebFolder folder, std::string_view name);

// Whether some page of the logging-on and settings folders of Exchange is called so, in any folder.
bool is_exchange_page(std::string_view name);

// Whether the list of indicators of March 2021 has the name for that folder.
bool is_known_shell(WebFolder folder, std::string_view name);

// Components of others that install files below aspnet_client: viewers of reports and the like.
bool is_of_known_component(const ServerPath& path);

// Modules of IIS below System32\inetsrv, by the file's name.
bool is_iis_module(std::string_view dll);

// Modules that Exchange and Windows put elsewhere: "windows/system32/wsmsvc.dll" by its last parts.
bool is_known_image(const ServerPath& image);

// A folder where programs keep data or that anybody may write to: nothing is served or loaded from
// there on purpose. Of a configured_path().
bool is_data_folder(const ServerPath& path);

// A part of a path that Windows hides or cannot open as it is written: a name of a device, a blank
// or dot at its end, a control character, a stream. Empty if there is none.
std::string_view hiding_part(const ServerPath& path);

// Types of .NET that come with Windows, IIS and Exchange.
bool is_microsoft_type(std::string_view type);

}  // namespace pugmark::web_root
