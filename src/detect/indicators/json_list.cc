#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <set>
#include <simdjson.h>
#include <vector>

#include "base/text.h"
#include "detect/indicators/builder.h"
#include "detect/indicators/stix_pattern.h"

namespace pugmark::indicators {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kDepthMax = 64;    // of values inside one another
constexpr std::size_t kWrappersMax = 6;  // around what a list is made of
constexpr std::size_t kTitleBytesMax = 200;
constexpr std::size_t kActorsMax = 8;  // named with one indicator

std::string_view text_at(const dom::element& element, std::string_view key) {
  std::string_view text;
  return element[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

bool is_true(const dom::element& element, std::string_view key, bool otherwise) {
  bool value = otherwise;
  if (element[key].get(value) == simdjson::SUCCESS) return value;
  const std::string_view text = text_at(element, key);
  if (text == "0" || text == "false") return false;
  return text == "1" || text == "true" || otherwise;
}

std::string texts_at(const dom::element& element, std::string_view key) {
  std::string joined;
  dom::array array;
  if (element[key].get(array) != simdjson::SUCCESS) return joined;
  for (const dom::element item : array) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS && joined.size() < 1'024)
      joined += (joined.empty() ? "" : ", ") + std::string(text);
  }
  return joined;
}

class JsonParser {
 public:
  JsonParser(ListBuilder& builder, List& list) : builder_(builder), list_(list) {}

  void parse(const dom::element& root) {
    read(root, "", 0);
    if (list_.format.empty()) {
      list_.format = "JSON";
      builder_.reject("The JSON is neither a STIX bundle nor a MISP event.",
                      "Export it as one of these.", {});
    }
    if (others_count_ > 0)
      list_.notes.push_back(fmt::format("{} STIX objects are no indicators.", others_count_));
  }

 private:
  void read(const dom::element& element, const std::string& pointer, std::size_t depth) {
    if (depth > kWrappersMax) return;
    dom::array array;
    if (element.get(array) == simdjson::SUCCESS) return read_array(array, pointer, depth);
    dom::array objects;
    if (text_at(element, "type") == "bundle" || text_at(element, "spec_version") == "2.0") {
      if (element["objects"].get(objects) == simdjson::SUCCESS)
        return read_stix(objects, pointer + "/objects");
    }
    dom::element inner;
    for (const std::string_view key : {"response", "Event"}) {
      if (element[key].get(inner) == simdjson::SUCCESS)
        read(inner, fmt::format("{}/{}", pointer, key), depth + 1);
    }
    if (is_misp_event(element)) read_event(element, pointer);
  }

  void read_array(const dom::array& array, const std::string& pointer, std::size_t depth) {
    if (is_of_stix(array)) return read_stix(array, pointer);
    std::size_t i = 0;
    for (const dom::element item : array) {
      const std::string at = fmt::format("{}/{}", pointer, i++);
      std::string_view text;
      if (item.get(text) == simdjson::SUCCESS) {
        list_.format = "JSON";
        builder_.add(text, Hint::kNone, "", {0, at, false});
      } else {
        read(item, at, depth + 1);
      }
    }
  }

  static bool is_of_stix(const dom::array& array) {
    for (const dom::element item : array) {
      if (text_at(item, "type") == "indicator" && !text_at(item, "pattern").empty()) return true;
    }
    return false;
  }

  // ---- STIX ----

  void read_stix(const dom::array& objects, const std::string& pointer) {
    list_.format = "STIX";
    for (const dom::element object : objects) note_names(object);
    for (const dom::element object : objects) note_relationship(object);
    std::size_t i = 0;
    for (const dom::element object : objects) {
      const std::string at = fmt::format("{}/{}", pointer, i++);
      if (text_at(object, "type") == "indicator") {
        read_indicator(object, at);
      } else {
        ++others_count_;
      }
    }
  }

  void note_names(const dom::element& object) {
    constexpr std::array<std::string_view, 6> kActors = {
        "threat-actor", "intrusion-set", "campaign", "malware", "tool", "attack-pattern"};
    const std::string_view type = text_at(object, "type");
    const std::string_view name = text_at(object, "name");
    if (type == "report") {
      if (list_.title.empty() && name.size() <= kTitleBytesMax) list_.title = name;
      for (const std::string_view url : urls_of(object)) add_reference(url, list_);
    }
    if (type == "identity") makers_.emplace(text_at(object, "id"), name);
    if (std::find(kActors.begin(), kActors.end(), type) != kActors.end())
      names_.emplace(text_at(object, "id"), name);
    if (type != "marking-definition") return;
    std::string marking(name);
    const std::string_view tlp = text_at(object, "definition_type");
    dom::element definition;
    if (marking.empty() && object["definition"].get(definition) == simdjson::SUCCESS)
      marking = fmt::format("{}:{}", tlp, text_at(definition, tlp));
    markings_.emplace(text_at(object, "id"), marking);
  }

  void note_relationship(const dom::element& object) {
    if (text_at(object, "type") != "relationship") return;
    const auto target = names_.find(text_at(object, "target_ref"));
    if (target == names_.end()) return;
    auto& actors = actors_[std::string(text_at(object, "source_ref"))];
    if (actors.size() < kActorsMax) actors.insert(target->second);
  }

  static std::vector<std::string_view> urls_of(const dom::element& object) {
    std::vector<std::string_view> urls;
    dom::array references;
    if (object["external_references"].get(references) != simdjson::SUCCESS) return urls;
    for (const dom::element reference : references) urls.push_back(text_at(reference, "url"));
    return urls;
  }

  // What STIX 2.1 says in `indicator_types`, STIX 2.0 says in `labels`.
  static bool has_type(const dom::element& object, std::string_view wanted) {
    for (const std::string_view key : {"labels", "indicator_types"}) {
      dom::array array;
      if (object[key].get(array) != simdjson::SUCCESS) continue;
      for (const dom::element item : array) {
        std::string_view type;
        if (item.get(type) == simdjson::SUCCESS && type == wanted) return true;
      }
    }
    return false;
  }

  // A confidence is of 0 to 100; below 30 STIX calls it low.
  static bool is_doubted(const dom::element& object) {
    constexpr std::int64_t kLowConfidence = 30;
    std::int64_t confidence = kLowConfidence;
    if (object["confidence"].get(confidence) == simdjson::SUCCESS && confidence < kLowConfidence)
      return true;
    if (has_type(object, "malicious-activity")) return false;
    return has_type(object, "anomalous-activity") || has_type(object, "anonymization") ||
           has_type(object, "compromised") || has_type(object, "unknown");
  }

  void read_indicator(const dom::element& object, const std::string& at) {
    const Place place{0, at, is_doubted(object)};
    const std::string_view pattern = text_at(object, "pattern");
    const std::string_view language = text_at(object, "pattern_type");
    if (!language.empty() && language != "stix") {
      builder_.reject(fmt::format("The pattern of '{}' is written in {}, not in STIX.",
                                  escaped(text_at(object, "name")), escaped(language)),
                      "", place);
      return;
    }
    if (is_true(object, "revoked", false)) {
      builder_.reject_value(pattern, {"whoever made it has revoked it", ""}, place);
      return;
    }
    if (has_type(object, "benign") && !has_type(object, "malicious-activity")) {
      builder_.reject_value(pattern, {"it is of something benign, says whoever made it", ""},
                            place);
      return;
    }
    if (const auto maker = makers_.find(text_at(object, "created_by_ref")); maker != makers_.end())
      add_author(maker->second, list_);
    auto found = values_of_pattern(pattern);
    if (const auto* const why = std::get_if<std::string>(&found)) {
      builder_.reject_value(pattern, {*why, ""}, place);
      return;
    }
    const std::string about = about_of(object);
    for (const PatternValue& value : std::get<std::vector<PatternValue>>(found)) {
      std::string more;
      if (!value.also.empty()) add_about("the pattern also asks for " + value.also, more);
      add_about(about, more);
      builder_.add(value.value, value.hint, more, place);
    }
  }

  std::string about_of(const dom::element& object) const {
    std::string about;
    add_about(text_at(object, "name"), about);
    add_about(text_at(object, "description"), about);
    const std::string id(text_at(object, "id"));
    if (const auto actors = actors_.find(id); actors != actors_.end())
      add_about(fmt::format("indicates {}", fmt::join(actors->second, ", ")), about);
    for (const std::string_view key : {"labels", "indicator_types"}) {
      const std::string labels = texts_at(object, key);
      if (!labels.empty()) add_about(fmt::format("labels: {}", labels), about);
    }
    for (const std::string_view url : urls_of(object)) add_about(url, about);
    dom::array markings;
    if (object["object_marking_refs"].get(markings) == simdjson::SUCCESS) {
      for (const dom::element marking : markings) {
        std::string_view marking_id;
        if (marking.get(marking_id) != simdjson::SUCCESS) continue;
        const auto known = markings_.find(marking_id);
        add_about(known == markings_.end() ? marking_id : std::string_view(known->second), about);
      }
    }
    return about;
  }

  // ---- MISP ----

  static bool is_misp_event(const dom::element& element) {
    dom::array array;
    return element["Attribute"].get(array) == simdjson::SUCCESS ||
           element["Object"].get(array) == simdjson::SUCCESS;
  }

  void read_event(const dom::element& event, const std::string& pointer) {
    list_.format = "MISP";
    const std::string_view info = text_at(event, "info");
    if (list_.title.empty() && info.size() <= kTitleBytesMax) list_.title = info;
    dom::element maker;
    if (event["Orgc"].get(maker) == simdjson::SUCCESS) add_author(text_at(maker, "name"), list_);
    std::string about;
    if (info != list_.title) add_about(info, about);
    read_attributes(event, pointer, about);
    dom::array objects;
    if (event["Object"].get(objects) != simdjson::SUCCESS) return;
    std::size_t i = 0;
    for (const dom::element object : objects) {
      std::string of_object;
      add_about(text_at(object, "comment"), of_object);
      add_about(about, of_object);
      read_attributes(object, fmt::format("{}/Object/{}", pointer, i++), of_object);
    }
  }

  void read_attributes(const dom::element& owner, const std::string& pointer,
                       const std::string& about) {
    dom::array attributes;
    if (owner["Attribute"].get(attributes) != simdjson::SUCCESS) return;
    std::vector<std::string_view> types;
    for (const dom::element attribute : attributes) types.push_back(text_at(attribute, "type"));
    // Of an object that is a file, the name only says what it was called.
    const bool has_hash = std::any_of(types.begin(), types.end(), [](std::string_view type) {
      return hint_of(type) == Hint::kHash;
    });
    const bool is_file = text_at(owner, "name") == "file" && has_hash;
    std::string names;
    if (is_file) {
      for (const dom::element attribute : attributes) {
        if (text_at(attribute, "type") == "filename") add_about(text_at(attribute, "value"), names);
      }
    }
    std::size_t i = 0;
    for (const dom::element attribute : attributes)
      read_attribute(attribute, fmt::format("{}/Attribute/{}", pointer, i++), about, names);
  }

  // `names`: what the file was called, of the attributes of one.
  void read_attribute(const dom::element& attribute, const std::string& at,
                      const std::string& about, const std::string& names) {
    // They tell a reader something, and say nothing to look for.
    constexpr std::array<std::string_view, 15> kInformational = {
        "attachment", "campaign-name",   "comment", "counter",      "datetime",
        "float",      "github-username", "link",    "mime-type",    "other",
        "port",       "size-in-bytes",   "text",    "threat-actor", "hex"};
    const std::string_view type = text_at(attribute, "type");
    const std::string_view value = text_at(attribute, "value");
    const bool is_name = !names.empty() && type == "filename";
    if (std::find(kInformational.begin(), kInformational.end(), type) != kInformational.end() ||
        is_name) {
      builder_.skip(is_name ? "filename beside a hash" : type);
      if (type == "link") add_reference(value, list_);
      return;
    }
    if (is_true(attribute, "deleted", false)) {
      builder_.skip("deleted");
      return;
    }
    std::string more;
    add_about(text_at(attribute, "comment"), more);
    add_about(names, more);
    add_about(about, more);
    add_about(text_at(attribute, "category"), more);
    dom::array tags;
    if (attribute["Tag"].get(tags) == simdjson::SUCCESS) {
      for (const dom::element tag : tags) add_about(text_at(tag, "name"), more);
    }
    Place place{0, at, !is_true(attribute, "to_ids", true)};
    if (place.is_doubted) {
      builder_.count_no_detection();
      add_about("to_ids: false", more);
    }
    builder_.add_typed(type, value, more, place);
  }

  ListBuilder& builder_;
  List& list_;
  std::map<std::string, std::string, std::less<>> names_;             // of actors and tools, by id
  std::map<std::string, std::string, std::less<>> makers_;            // their names, by id
  std::map<std::string, std::string, std::less<>> markings_;          // by id
  std::map<std::string, std::set<std::string>, std::less<>> actors_;  // by the indicator's id
  std::uint64_t others_count_ = 0;
};

}  // namespace

bool parse_json(std::string_view text, ListBuilder& builder, List& list) {
  dom::parser parser;
  dom::element root;
  simdjson::error_code error = parser.allocate(text.size(), kDepthMax);
  if (error == simdjson::SUCCESS) error = parser.parse(text.data(), text.size()).get(root);
  if (error == simdjson::SUCCESS) {
    JsonParser(builder, list).parse(root);
    return true;
  }
  // A text may begin with a bracket and be no JSON; with a brace none does.
  if (!trimmed_blanks(text).starts_with('{') && error != simdjson::DEPTH_ERROR) return false;
  list.format = "JSON";
  builder.reject(fmt::format("The JSON cannot be read: {}.", simdjson::error_message(error)),
                 "Export it again.", {});
  return true;
}

}  // namespace pugmark::indicators
