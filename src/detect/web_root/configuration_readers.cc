#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "base/shorten.h"
#include "base/text.h"
#include "detect/web_root/belonging.h"
#include "detect/web_root/configuration.h"
#include "detect/web_root/readers.h"

namespace pugmark::web_root {
namespace {

using Kind = Setting::Kind;

bool has_word(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool has_one(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return has_word(text, word); });
}

// Says in a gap what of the file was not read.
void note_end(const files::FileView& file, const XmlEnd& end, const Limits& limits, Said& said) {
  if (end.kind == XmlEnd::Kind::kWhole) return;
  Gap& gap = said.report().gaps.emplace_back();
  gap.where.offset_bytes = end.offset_bytes;
  gap.where.length_bytes = files::length32(
      file.bytes.size() - std::min<std::uint64_t>(end.offset_bytes, file.bytes.size()));
  gap.kind = GapKind::kDamaged;
  gap.what = "This configuration is no XML from here on (" + end.why +
             "): what it sets behind this was not looked at.";
  if (end.kind == XmlEnd::Kind::kTooDeep) {
    gap.kind = GapKind::kLimit;
    gap.what = fmt::format(
        "The limit nesting-depth ({}) was reached: what this configuration sets "
        "from here on was not looked at.",
        limits.nesting_depth);
  } else if (end.kind == XmlEnd::Kind::kEntities) {
    gap.kind = GapKind::kUnsupported;
    gap.what =
        "This configuration declares entities of its own: what it sets from here on was not "
        "looked at.";
  }
}

Configuration read(const files::FileView& file, const Limits& limits, Said& said) {
  Configuration configuration = read_configuration(file.bytes, file.nature.encoding, limits);
  note_end(file, configuration.end, limits, said);
  return configuration;
}

FileStep step_of(const Setting& setting, std::string what, std::string_view text) {
  return sign(std::move(what), text, setting.offset_bytes, setting.length_bytes);
}

void add_fact(Fact kind, const Setting& setting, const Limits& limits, Said& said) {
  files::FileFact& fact = said.report().facts.emplace_back();
  fact.kind = static_cast<std::uint32_t>(kind);
  fact.name = setting.name;
  fact.value = setting.value;
  shorten(fact.name, limits.name_bytes);
  shorten(fact.value, limits.name_bytes);
  fact.offset_bytes = setting.offset_bytes;
  fact.length_bytes = files::length32(setting.length_bytes);
}

void judge_virtual_directory(const Setting& setting, Said& said) {
  if (setting.value.empty()) return;
  const ServerPath path = configured_path(setting.value);
  const std::string what = "virtual directory " + setting.name + " leads to";
  if (const std::string_view part = hiding_part(path); !part.empty()) {
    said.say(Rule::kHiddenVirtualDirectory,
             {step_of(setting, what, setting.value),
              step_of(setting, "a name that Windows does not open as it is written", part)});
  } else if (is_data_folder(path)) {
    said.say(Rule::kVirtualDirectoryOutside, {step_of(setting, what, setting.value)});
  }
}

void judge_image(const Setting& setting, std::string_view called, Said& said) {
  if (setting.value.empty()) return;
  const ServerPath image = configured_path(setting.value);
  if (is_known_image(image)) return;
  std::string why;
  if (is_data_folder(image) || image.has("inetpub")) {
    why = "it lies in a folder for data";
  } else if (image.parts().front() == "windows") {
    why = "it lies in a folder of Windows, and is no module that Microsoft puts there";
  } else if (image.has("microsoft/exchange server")) {
    why = "it lies in a folder of Exchange, and is no module of Exchange";
  }
  if (why.empty()) return;
  said.say(
      Rule::kNativeModule,
      {step_of(setting, fmt::format("{} {} is loaded from", called, setting.name), setting.value),
       step_of(setting, why, "")});
}

// Programs and classes that execute what stands in a file.
bool is_script_engine(std::string_view value) {
  const std::string lower = ascii_lower(value);
  return has_one(lower, {"pagehandlerfactory", "simplehandlerfactory", "pagebuildprovider",
                         "asp.dll", "php-cgi", "php5isapi", "python", "perl", "cmd.exe",
                         "powershell", "cscript", "wscript"});
}

bool is_static_extension(std::string_view extension) {
  static constexpr auto kExtensions = std::to_array<std::string_view>(
      {"jpg", "jpeg", "png",   "gif", "bmp", "ico", "svg", "webp", "css", "js",  "map",   "txt",
       "log", "xml",  "json",  "csv", "pdf", "doc", "xls", "zip",  "rar", "7z",  "dat",   "tmp",
       "bak", "woff", "woff2", "ttf", "eot", "md",  "ini", "mp3",  "mp4", "flt", "config"});
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

void judge_handler(const Setting& setting, Said& said) {
  if (!is_script_engine(setting.value)) return;
  // A handler may be asked for several patterns: "*.jpg,*.png".
  std::string_view rest = setting.path;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of(",;");
    const std::string_view pattern = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t dot = pattern.find_last_of('.');
    if (dot == std::string_view::npos) continue;
    std::string extension = ascii_lower(pattern.substr(dot + 1));
    while (extension.ends_with(' ')) extension.pop_back();
    if (!is_static_extension(extension)) continue;
    said.say(Rule::kScriptEngineForExtension,
             {step_of(setting, "whoever asks for", pattern),
              step_of(setting, "has it executed by", setting.value)});
    return;
  }
}

void judge_rewrite(const Setting& setting, Said& said) {
  const std::string client = ascii_lower(setting.path);
  const std::string url = ascii_lower(setting.value);
  const bool is_elsewhere = url.starts_with("http://") || url.starts_with("https://");
  if (!is_elsewhere || !has_one(client, {"google", "bing", "baidu", "yahoo", "sogou", "yandex"}))
    return;
  said.say(Rule::kSearchEnginesOnly,
           {step_of(setting, "rule " + setting.name + " asks that the client is", setting.path),
            step_of(setting, "and sends it to", setting.value)});
}

// A folder of a site that is filled by its users, or with what browsers only load.
std::string_view static_folder(const ServerPath& path) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"upload", "uploads", "uploadfiles", "upfile", "images", "image", "img", "pictures", "css",
       "fonts", "static", "media", "attachments", "aspnet_client", "app_data"});
  const auto& parts = path.parts();
  if (parts.size() < 2) return {};
  const std::string& folder = parts[parts.size() - 2];
  const bool is_one = std::find(kNames.begin(), kNames.end(), folder) != kNames.end();
  return is_one ? std::string_view(folder) : std::string_view();
}

// Sites allow scripts in such a folder only to forbid each by a handler of its own, so what makes
// it executable is that programs may run, or that an engine is named.
void judge_static_folder(const Setting& setting, const ServerPath& path, Said& said) {
  const std::string_view folder = static_folder(path);
  if (folder.empty() || !setting.location.empty()) return;
  if (setting.kind == Kind::kAccessPolicy && has_word(ascii_lower(setting.value), "execute")) {
    said.say(
        Rule::kExecutableFolder,
        {step_of(setting, fmt::format("programs in {} may be executed", folder), setting.value)});
  } else if (setting.kind == Kind::kHandler && is_script_engine(setting.value)) {
    said.say(Rule::kExecutableFolder,
             {step_of(setting, fmt::format("in {} whoever asks for", folder), setting.path),
              step_of(setting, "has it executed by", setting.value)});
  }
}

// A native program: those of Windows and of installed products are no news.
void judge_program(const Setting& setting, std::string_view called, Said& said) {
  if (!is_data_folder(configured_path(setting.value))) return;
  said.say(Rule::kForeignTypeInExchange,
           {step_of(setting, fmt::format("{} {} is", called, setting.name), setting.value)});
}

// A type of .NET: with a namespace and without a folder. Handlers may name native modules, too.
bool is_type_name(std::string_view value) {
  return value.find_first_of("\\/") == std::string_view::npos && has_word(value, ".");
}

void judge_in_exchange(const Setting& setting, Said& said) {
  const char* const called = setting.kind == Kind::kHandler ? "handler" : "module";
  if (!is_type_name(setting.value)) {
    judge_program(setting, called, said);
    return;
  }
  if (is_microsoft_type(setting.value)) return;
  said.say(Rule::kForeignTypeInExchange,
           {step_of(setting, fmt::format("{} {} is", called, setting.name), setting.value)});
}

std::string agent_fault(const Setting& setting, const ServerPath& assembly) {
  const bool is_microsoft = is_microsoft_type(setting.value);
  const bool is_in_exchange = assembly.has("exchange server") ||
                              (assembly.has("transportroles/agents") && !is_data_folder(assembly));
  if (is_data_folder(assembly) || assembly.has("inetpub"))
    return "its assembly lies in a folder for data";
  if (!assembly.parts().empty() && assembly.parts().front() == "windows")
    return "its assembly lies in a folder of Windows";
  const bool has_products_name = assembly.name().starts_with("microsoft.exchange.");
  if (has_products_name && !is_in_exchange && assembly.has("program files"))
    return "its assembly has a name of Exchange and lies elsewhere";
  if (is_in_exchange && !(is_microsoft && has_products_name))
    return "its assembly lies in a folder of Exchange and is not of Exchange";
  return {};
}

}  // namespace

void read_server_configuration(const files::FileView& file, const Limits& limits, Said& said) {
  const Configuration configuration = read(file, limits, said);
  for (const Setting& setting : configuration.settings) {
    switch (setting.kind) {
      case Kind::kVirtualDirectory:
        judge_virtual_directory(setting, said);
        add_fact(Fact::kVirtualDirectory, setting, limits, said);
        break;
      case Kind::kNativeModule:
        judge_image(setting, "module", said);
        add_fact(Fact::kModule, setting, limits, said);
        break;
      case Kind::kIsapiFilter:
        judge_image(setting, "filter", said);
        add_fact(Fact::kModule, setting, limits, said);
        break;
      case Kind::kManagedModule:
        add_fact(Fact::kModule, setting, limits, said);
        break;
      case Kind::kHandler:
        judge_handler(setting, said);
        if (is_type_name(setting.value)) add_fact(Fact::kModule, setting, limits, said);
        break;
      case Kind::kBuildProvider:
        judge_handler(setting, said);
        break;
      case Kind::kRewrite:
        judge_rewrite(setting, said);
        break;
      case Kind::kAccessPolicy:
      case Kind::kTransportAgent:
      case Kind::kCompiledPage:
        break;
    }
  }
}

void read_site_configuration(const files::FileView& file, const Limits& limits, Said& said) {
  const Configuration configuration = read(file, limits, said);
  const ServerPath path(file.path);
  const bool is_of_exchange = path.has("httpproxy") || path.has("clientaccess");
  for (const Setting& setting : configuration.settings) {
    const bool is_handler = setting.kind == Kind::kHandler;
    if (is_handler || setting.kind == Kind::kBuildProvider) judge_handler(setting, said);
    if (is_of_exchange && (is_handler || setting.kind == Kind::kManagedModule))
      judge_in_exchange(setting, said);
    if (setting.kind == Kind::kRewrite) judge_rewrite(setting, said);
    judge_static_folder(setting, path, said);
  }
}

void read_transport_agents(const files::FileView& file, const Limits& limits, Said& said) {
  const Configuration configuration = read(file, limits, said);
  for (const Setting& setting : configuration.settings) {
    if (setting.kind != Kind::kTransportAgent) continue;
    const std::string fault = agent_fault(setting, configured_path(setting.path));
    if (fault.empty()) continue;
    said.say(Rule::kTransportAgent,
             {step_of(setting, "transport agent " + setting.name + " is loaded from", setting.path),
              step_of(setting, fault + "; its class is", setting.value)});
  }
}

void read_compiled_page(const files::FileView& file, const Limits& limits, Said& said) {
  const Configuration configuration = read(file, limits, said);
  for (const Setting& setting : configuration.settings) {
    if (setting.kind == Kind::kCompiledPage) add_fact(Fact::kCompiledPage, setting, limits, said);
  }
}

}  // namespace pugmark::web_root
