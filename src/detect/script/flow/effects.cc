#include "detect/script/flow/effects.h"

#include <array>
#include <unordered_map>
#include <unordered_set>

#include "detect/script/flow/effect_tables.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kFamiliesCount = 7;
constexpr std::array<std::string_view, kSinkKindsCount> kSinkNames = {"",
                                                                      "evaluated as code",
                                                                      "run as a command",
                                                                      "called as a function",
                                                                      "reached by its name",
                                                                      "included",
                                                                      "deserialised",
                                                                      "written to a file",
                                                                      "kept as an uploaded file",
                                                                      "read as a file",
                                                                      "listed as a folder",
                                                                      "changed as a file",
                                                                      "sent to a database",
                                                                      "connected to",
                                                                      "sent to the client",
                                                                      "mailed",
                                                                      "asked of the system"};

using Index = std::unordered_map<std::string_view, const Effect*>;

Index index_of(Family family) {
  Index index;
  for (const Effect& effect : effects_of(family)) index.emplace(effect.name, &effect);
  return index;
}

// Names that stand for one type: interfaces, wrappers, what scripts call it by habit.
struct TypeName {
  std::string_view name;
  std::string_view canonical;
};
constexpr TypeName kTypeNames[] = {{"httpservletrequest", "request"},
                                   {"servletrequest", "request"},
                                   {"httprequest", "request"},
                                   {"httprequestbase", "request"},
                                   {"httprequestwrapper", "request"},
                                   {"req", "request"},
                                   {"httpservletresponse", "response"},
                                   {"servletresponse", "response"},
                                   {"httpresponse", "response"},
                                   {"httpcontextbase", "httpcontext"},
                                   {"context", "httpcontext"},
                                   {"httpserverutility", "server"},
                                   {"httpsession", "session"},
                                   {"httpsessionstate", "session"},
                                   {"jspwriter", "out"},
                                   {"servletcontext", "application"},
                                   {"scriptenginemanager", "scriptenginemanager"},
                                   {"jspcontext", "pagecontext"},
                                   {"textbox", "control"},
                                   {"htmlinputtext", "control"},
                                   {"fileupload", "control"},
                                   {"htmlinputfile", "control"},
                                   {"hiddenfield", "control"},
                                   {"htmlinputhidden", "control"},
                                   {"htmltextarea", "control"},
                                   {"dropdownlist", "control"},
                                   {"httppostedfile", "postedfile"},
                                   {"httppostedfilebase", "postedfile"},
                                   {"wscript.shell", "shell"},
                                   {"wscript.shell.1", "shell"},
                                   {"shell.application", "application"},
                                   {"shell.application.1", "application"},
                                   {"scripting.filesystemobject", "filesystemobject"},
                                   {"adodb.stream", "stream"},
                                   {"adodb.connection", "connection"},
                                   {"adodb.recordset", "recordset"},
                                   {"adodb.command", "command"},
                                   {"adox.catalog", "catalog"},
                                   {"microsoft.xmlhttp", "xmlhttp"},
                                   {"msxml2.xmlhttp", "xmlhttp"},
                                   {"msxml2.serverxmlhttp", "serverxmlhttp"},
                                   {"msxml2.serverxmlhttp.3.0", "serverxmlhttp"},
                                   {"msxml2.serverxmlhttp.6.0", "serverxmlhttp"},
                                   {"winhttp.winhttprequest.5.1", "winhttprequest"},
                                   {"scriptcontrol", "scriptcontrol"},
                                   {"msscriptcontrol.scriptcontrol", "scriptcontrol"},
                                   {"msscriptcontrol.scriptcontrol.1", "scriptcontrol"},
                                   {"wscript.network", "network"},
                                   {"urlclassloader", "classloader"},
                                   {"processbuilder", "processbuilder"},
                                   {"system.diagnostics.process", "process"}};

}  // namespace

std::string_view to_string(SinkKind kind) { return kSinkNames[static_cast<std::size_t>(kind)]; }

Family family_of(PageKind kind) {
  switch (kind) {
    case PageKind::kNone:
    case PageKind::kPhp:
      return Family::kPhp;
    case PageKind::kAsp:
      return Family::kAsp;
    case PageKind::kAspNet:
      return Family::kDotNet;
    case PageKind::kJsp:
      return Family::kJava;
    case PageKind::kColdFusion:
      return Family::kCfml;
    case PageKind::kPerl:
      return Family::kPerl;
    case PageKind::kPython:
      return Family::kPython;
  }
  return Family::kPhp;
}

std::span<const Effect> effects_of(Family family) {
  switch (family) {
    case Family::kPhp:
      return php_effects();
    case Family::kAsp:
      return asp_effects();
    case Family::kDotNet:
      return dotnet_effects();
    case Family::kJava:
      return java_effects();
    case Family::kCfml:
      return cfml_effects();
    case Family::kPerl:
      return perl_effects();
    case Family::kPython:
      return python_effects();
  }
  return {};
}

const Effect* find_effect(Family family, std::string_view name) {
  static const std::array<Index, kFamiliesCount> kIndexes = {
      index_of(Family::kPhp),   index_of(Family::kAsp),  index_of(Family::kDotNet),
      index_of(Family::kJava),  index_of(Family::kCfml), index_of(Family::kPerl),
      index_of(Family::kPython)};
  const Index& index = kIndexes[static_cast<std::size_t>(family)];
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

const Effect* find_method(Family family, std::string_view name) {
  static const std::array<Index, kFamiliesCount> kMethods = [] {
    std::array<Index, kFamiliesCount> methods;
    for (std::size_t i = 0; i < kFamiliesCount; ++i) {
      const auto add = [&](const Effect& effect) {
        const std::string_view method = effect.name.substr(effect.name.rfind('.') + 1);
        const Effect*& known = methods[i][method];
        if (known == nullptr || known->sink == SinkKind::kNone) known = &effect;
      };
      for (const Effect& effect : effects_of(static_cast<Family>(i))) add(effect);
      if (static_cast<Family>(i) != Family::kDotNet) continue;
      for (const Effect& effect : effects_of(Family::kAsp)) add(effect);
    }
    return methods;
  }();
  const Index& index = kMethods[static_cast<std::size_t>(family)];
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

bool is_known_type(Family family, std::string_view type) {
  static const std::array<std::unordered_set<std::string_view>, kFamiliesCount> kTypes = [] {
    std::array<std::unordered_set<std::string_view>, kFamiliesCount> types;
    for (std::size_t i = 0; i < kFamiliesCount; ++i) {
      for (const Effect& effect : effects_of(static_cast<Family>(i))) {
        const std::size_t dot = effect.name.rfind('.');
        if (dot != std::string_view::npos && dot > 0) types[i].insert(effect.name.substr(0, dot));
      }
    }
    return types;
  }();
  return kTypes[static_cast<std::size_t>(family)].contains(canonical_type(type));
}

std::string_view canonical_type(std::string_view type) {
  static const std::unordered_map<std::string_view, std::string_view> kTypes = [] {
    std::unordered_map<std::string_view, std::string_view> types;
    for (const TypeName& row : kTypeNames) types.emplace(row.name, row.canonical);
    return types;
  }();
  const auto found = kTypes.find(type);
  return found == kTypes.end() ? type : found->second;
}

}  // namespace pugmark::script
