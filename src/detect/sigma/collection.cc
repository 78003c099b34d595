#include <fmt/format.h>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "detect/sigma/document.h"
#include "detect/sigma/parse.h"

namespace pugmark::sigma {
namespace {

// Lays `over` on `base`: maps are merged entry by entry, everything else is replaced.
void merge(Node& base, const Node& over) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < base.children.size(); ++i) places.emplace(base.children[i].key, i);
  for (const Node& entry : over.children) {
    const auto [place, is_new] = places.emplace(entry.key, base.children.size());
    if (is_new) {
      base.children.push_back(entry);
      continue;
    }
    Node& old = base.children[place->second];
    if (old.is_map() && entry.is_map()) {
      merge(old, entry);
    } else {
      old = entry;
    }
  }
}

void erase_key(Node& map, std::string_view key) {
  std::erase_if(map.children, [key](const Node& child) { return child.key == key; });
}

// Reads the documents of one file in order; keeps what `action` documents carry over.
class FileParser {
 public:
  FileParser(const std::string& file, const ParseOptions& options, ParsedFile& result)
      : file_(file),
        options_(options),
        result_(result),
        budget_(options.limits.rule_expanded_bytes, "The documents of this file") {}

  void document(Node root, std::string_view text) {
    bool doubtful = false;
    if (root.is_scalar() && scalar_type(root, doubtful) == ScalarType::kNull)
      return;  // `---` alone
    text_ = text;
    Fault fault;
    if (!root.is_map()) {
      fail(fault, root.line, "The document is not a map of keys and values.",
           "A Sigma document begins with 'title:'.");
      reject("rule", Document{}, std::move(fault));
      return;
    }
    const Node* action = root.find("action");
    const bool good = action == nullptr ? plain(std::move(root), fault)
                                        : collection(action->text, root, fault);
    if (!good) reject("rule", Document{}, std::move(fault));
  }

  void file_fault(Fault fault) {
    Document none;
    none.line = fault.line;
    reject("file", none, std::move(fault));
  }

 private:
  // A document that may be laid over or under later ones, each time at this cost.
  struct Remembered {
    Node root;
    std::size_t bytes = 0;
  };
  static Remembered remembered(Node root) {
    const std::size_t bytes = bytes_of(root);
    return {std::move(root), bytes};
  }

  bool collection(const std::string& action, Node& root, Fault& fault) {
    if (action == "global") {
      erase_key(root, "action");
      template_ = remembered(std::move(root));
      return true;
    }
    if (action == "reset") {
      template_.reset();
      return true;
    }
    if (action != "repeat") {
      return fail(fault, root.find("action")->line,
                  fmt::format("The action '{}' is unknown.", escaped(action)),
                  "Use global, reset or repeat.");
    }
    if (!previous_) {
      return fail(fault, root.line, "'action: repeat' stands in front of any rule.",
                  "Put it behind the rule it repeats.");
    }
    previous_->bytes += bytes_of(root);
    if (!budget_.take(previous_->bytes, 1, root.line, fault)) return false;
    erase_key(root, "action");
    merge(previous_->root, root);
    previous_->root.line = root.line;
    rule(previous_->root);
    return true;
  }

  bool plain(Node root, Fault& fault) {
    if (root.find("correlation") != nullptr) {
      correlation(root);
    } else if (root.find("filter") != nullptr) {
      filter(root);
    } else if (template_) {
      if (!budget_.take(bytes_of(root) + template_->bytes, 1, root.line, fault)) return false;
      merge(root, template_->root);
      rule(root);
      previous_ = remembered(std::move(root));
    } else {
      rule(root);
      previous_ = remembered(std::move(root));
    }
    return true;
  }

  void place(const Node& root, Document& document) {
    document.file = file_;
    document.line = root.line;
    document.text = text_;
  }

  void rule(const Node& root) {
    Rule rule;
    place(root, rule);
    Fault fault;
    if (root.find("detection") == nullptr && root.find("logsource") == nullptr) {
      fail(fault, root.line, "The document has no 'detection', 'correlation' or 'filter'.",
           "It is no Sigma rule: leave the file out, or complete it.");
      reject("rule", rule, std::move(fault));
    } else if (parse_header(root, rule, fault) &&
               parse_rule(root, options_, budget_, rule, fault)) {
      result_.rules.push_back(std::move(rule));
    } else {
      reject("rule", rule, std::move(fault));
    }
  }

  void filter(const Node& root) {
    Filter filter;
    place(root, filter);
    Fault fault;
    if (parse_header(root, filter, fault) && parse_filter(root, options_, budget_, filter, fault)) {
      result_.filters.push_back(std::move(filter));
    } else {
      reject("filter", filter, std::move(fault));
    }
  }

  void correlation(const Node& root) {
    ParsedCorrelation parsed;
    place(root, parsed.correlation);
    Fault fault;
    if (parse_header(root, parsed.correlation, fault) &&
        parse_correlation(root, options_, budget_, parsed, fault)) {
      result_.correlations.push_back(std::move(parsed));
    } else {
      reject("correlation", parsed.correlation, std::move(fault));
    }
  }

  void reject(std::string kind, const Document& document, Fault fault) {
    RejectedRule rejected;
    rejected.file = file_;
    rejected.line = fault.line;
    rejected.id = document.id;
    rejected.title = document.title;
    rejected.kind = std::move(kind);
    rejected.what = std::move(fault.what);
    rejected.hint = std::move(fault.hint);
    result_.rejected.push_back(std::move(rejected));
  }

  const std::string& file_;
  const ParseOptions& options_;
  ParsedFile& result_;
  ExpansionBudget budget_;
  std::optional<Remembered> template_;
  std::optional<Remembered> previous_;
  std::string_view text_;
};

// Where YAML breaks, nobody can say where the next document would begin.
void say_what_is_lost(std::string_view text, Fault& fault) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < fault.line && at != std::string_view::npos; ++line)
    at = text.find('\n', at + (line > 1 ? 1 : 0));
  if (at != std::string_view::npos && text.find("\n---", at) != std::string_view::npos)
    fault.hint += " The documents behind it in this file were not read.";
}

}  // namespace

ParsedFile parse_rule_file(const std::string& file, std::string_view text,
                           const ParseOptions& options) {
  ParsedFile result;
  YamlFile yaml = parse_yaml(text, options.limits);
  FileParser parser(file, options, result);
  for (YamlDocument& document : yaml.documents) {
    parser.document(std::move(document.root), document.text);
  }
  if (yaml.fault) {
    say_what_is_lost(text, *yaml.fault);
    parser.file_fault(std::move(*yaml.fault));
  } else if (result.rules.empty() && result.correlations.empty() && result.filters.empty() &&
             result.rejected.empty()) {
    const bool is_empty = yaml.documents.empty();
    Fault fault;
    fail(fault, 1,
         is_empty ? "The file holds no document."
                  : "The file holds no rule, only documents that say nothing by themselves.",
         "It may have been cut short; restore or remove it.");
    parser.file_fault(std::move(fault));
  }
  return result;
}

}  // namespace pugmark::sigma
