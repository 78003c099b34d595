#include "detect/web_root/configuration.h"

#include <algorithm>
#include <utility>

#include "base/shorten.h"
#include "base/text.h"

namespace pugmark::web_root {
namespace {

using Kind = Setting::Kind;

class ConfigurationReader {
 public:
  explicit ConfigurationReader(const Limits& limits) : limits_(limits) {}

  void begin(const XmlElement& element) {
    const std::string name = ascii_lower(element.name);
    const std::string_view parent = open_.empty() ? std::string_view() : open_.back();
    read_scope(name, element);
    if (name == "add") {
      read_add(parent, element);
    } else {
      read_other(name, parent, element);
    }
    open_.push_back(name);
  }

  void end() {
    if (open_.back() == "location") location_.clear();
    if (open_.back() == "rule") client_.clear();
    open_.pop_back();
  }

  std::vector<Setting> settings;

 private:
  std::string shortened(std::string_view text) const {
    std::string kept(text);
    shorten(kept, limits_.name_bytes);
    return kept;
  }

  void read_scope(std::string_view name, const XmlElement& element) {
    if (name == "location") location_ = shortened(element.attribute("path"));
    if (name == "site") site_ = shortened(element.attribute("name"));
    if (name == "application") application_ = shortened(element.attribute("path"));
    if (name == "rule") {
      rule_ = shortened(element.attribute("name"));
      client_.clear();
    }
  }

  Setting& add(Kind kind, const XmlElement& element) {
    Setting& setting = settings.emplace_back();
    setting.kind = kind;
    setting.location = location_;
    setting.name = shortened(element.attribute("name"));
    setting.offset_bytes = element.offset_bytes;
    setting.length_bytes = element.length_bytes;
    return setting;
  }

  void read_add(std::string_view parent, const XmlElement& element) {
    if (parent == "globalmodules") {
      add(Kind::kNativeModule, element).value = element.attribute("image");
    } else if (parent == "modules" || parent == "httpmodules") {
      // Those without a type are native ones that stand in globalModules.
      if (!element.attribute("type").empty())
        add(Kind::kManagedModule, element).value = element.attribute("type");
    } else if (parent == "handlers" || parent == "httphandlers") {
      Setting& setting = add(Kind::kHandler, element);
      setting.path = element.attribute("path");
      setting.value = first_of(element, {"scriptProcessor", "type", "modules"});
    } else if (parent == "buildproviders") {
      Setting& setting = add(Kind::kBuildProvider, element);
      setting.path = element.attribute("extension");
      setting.value = element.attribute("type");
    } else if (parent == "conditions") {
      read_condition(element);
    }
  }

  void read_other(std::string_view name, std::string_view parent, const XmlElement& element) {
    if (name == "virtualdirectory") {
      Setting& setting = add(Kind::kVirtualDirectory, element);
      setting.name = shortened(site_ + virtual_path(element.attribute("path")));
      setting.value = element.attribute("physicalPath");
    } else if (name == "filter" && parent == "isapifilters") {
      add(Kind::kIsapiFilter, element).value = element.attribute("path");
    } else if (name == "handlers" && !element.attribute("accessPolicy").empty()) {
      add(Kind::kAccessPolicy, element).value = element.attribute("accessPolicy");
    } else if (name == "action" && parent == "rule" && !client_.empty()) {
      Setting& setting = add(Kind::kRewrite, element);
      setting.name = rule_;
      // A rule has one action; what a second would do is not said.
      setting.path = std::exchange(client_, {});
      setting.value = element.attribute("url");
    } else if (name == "agent" && parent == "agentlist") {
      Setting& setting = add(Kind::kTransportAgent, element);
      setting.path = element.attribute("assemblyPath");
      setting.value = element.attribute("classFactory");
    } else if (name == "preserve" && open_.empty()) {
      Setting& setting = add(Kind::kCompiledPage, element);
      setting.name = shortened(element.attribute("virtualPath"));
      setting.value = element.attribute("assembly");
    }
  }

  // What a rewrite rule asks of the client's name and origin.
  void read_condition(const XmlElement& element) {
    const std::string input = ascii_lower(element.attribute("input"));
    const bool is_of_client = input.find("http_user_agent") != std::string::npos ||
                              input.find("http_referer") != std::string::npos;
    if (!is_of_client) return;
    if (!client_.empty()) client_ += " ";
    client_ += element.attribute("pattern");
  }

  std::string virtual_path(std::string_view path) const {
    std::string whole = application_ == "/" ? std::string() : application_;
    if (path != "/" || whole.empty()) whole += path;
    return whole;
  }

  static std::string first_of(const XmlElement& element,
                              std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      const std::string_view value = element.attribute(name);
      if (!value.empty()) return std::string(value);
    }
    return {};
  }

  const Limits& limits_;
  std::vector<std::string> open_;  // names of the elements it is in
  std::string location_;
  std::string site_;
  std::string application_;
  std::string rule_;
  std::string client_;
};

}  // namespace

Configuration read_configuration(Bytes bytes, TextEncoding encoding, const Limits& limits) {
  Configuration configuration;
  ConfigurationReader reader(limits);
  configuration.end = read_xml(
      bytes, encoding, limits.nesting_depth,
      [&](const XmlElement& element) { reader.begin(element); },
      [&](std::string_view /*name*/) { reader.end(); });
  configuration.settings = std::move(reader.settings);
  return configuration;
}

}  // namespace pugmark::web_root
