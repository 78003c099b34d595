#pragma once

#include "base/limits.h"
#include "detect/files/file_check.h"
#include "detect/web_root/said.h"

// What one file says by itself. Each reader is given only whole files, and those it is for.
namespace pugmark::web_root {

// FileFact::kind of what is compared between files.
enum class Fact : std::uint32_t {
  kVirtualDirectory,  // name: site and virtual path; value: physical path
  kModule,            // name of a module, filter or handler; value: image or type
  kCompiledPage,      // name: virtual path; value: assembly
  kLanguage,          // name: what the directive of a page of ASP.NET says, in lower case
};

void read_server_configuration(const files::FileView& file, const Limits& limits, Said& said);
void read_site_configuration(const files::FileView& file, const Limits& limits, Said& said);
void read_transport_agents(const files::FileView& file, const Limits& limits, Said& said);
void read_compiled_page(const files::FileView& file, const Limits& limits, Said& said);

void read_page_language(const files::FileView& file, Said& said);

// Of files of any name: whether it is one is seen from the text.
void read_directory_dump(const files::FileView& file, Said& said);
void read_certificate_request(const files::FileView& file, Said& said);

void read_crash_report(const files::FileView& file, Said& said);

}  // namespace pugmark::web_root
