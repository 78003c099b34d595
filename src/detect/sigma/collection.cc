#include <fmt/format.h>
#include <optional>
#include <utility>

#include "base/text.h"
#include "detect/sigma/document.h"
#include "detect/sigma/parse.h"

namespace pugmark::sigma {
namespace {

// Lays `over` on `base`: maps are merged entry by entry, everything else is replaced.
void merge(Node& base, const Node& over) {
  for (const Node& entry : over.children) {
    Node* old = base.find(entry.key);
    if (old == nullptr) {
      base.children.push_back(entry);
    } else if (old->is_map() && entry.is_map()) {
      merge(*old, entry);
    } else {
      *old = entry;
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
      : file_(file), options_(options), result_(result) {}

  void document(Node root, std::string_view text, std::uint32_t index) {
    bool doubtful = false;
    if (root.is_scalar() && scalar_type(root, doubtful) == ScalarType::kNull)
      return;  // `---` alone
    text_ = text;
    index_ = index;
    Fault fault;
    if (!root.is_map()) {
      fail(fault, root.line, "The document is not a map of keys and values.",
           "A Sigma document begins with 'title:'.");
      reject("rule", Document{}, std::move(fault));
      return;
    }
    const Node* action = root.find("action");
    if (action == nullptr) {
      plain(std::move(root));
    } else if (!collection(action->text, root, fault)) {
      reject("rule", Document{}, std::move(fault));
    }
  }

  void file_fault(Fault fault) {
    Document none;
    none.line = fault.line;
    reject("file", none, std::move(fault));
  }

 private:
  bool collection(const std::string& action, Node& root, Fault& fault) {
    if (action == "global") {
      template_ = std::move(root);
      erase_key(*template_, "action");
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
    erase_key(root, "action");
    merge(*previous_, root);
    previous_->line = root.line;
    rule(*previous_);
    return true;
  }

  void plain(Node root) {
    if (root.find("correlation") != nullptr) {
      correlation(root);
    } else if (root.find("filter") != nullptr) {
      filter(root);
    } else if (template_) {
      merge(root, *template_);
      previous_ = std::move(root);
      rule(*previous_);
    } else {
      rule(root);
      previous_ = std::move(root);
    }
  }

  void place(const Node& root, Document& document) {
    document.file = file_;
    document.line = root.line;
    document.document_index = index_;
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
    } else if (parse_header(root, rule, fault) && parse_rule(root, options_, rule, fault)) {
      result_.rules.push_back(std::move(rule));
    } else {
      reject("rule", rule, std::move(fault));
    }
  }

  void filter(const Node& root) {
    Filter filter;
    place(root, filter);
    Fault fault;
    if (parse_header(root, filter, fault) && parse_filter(root, options_, filter, fault)) {
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
        parse_correlation(root, options_, parsed, fault)) {
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
  std::optional<Node> template_;
  std::optional<Node> previous_;
  std::string_view text_;
  std::uint32_t index_ = 0;
};

}  // namespace

ParsedFile parse_rule_file(const std::string& file, std::string_view text,
                           const ParseOptions& options) {
  ParsedFile result;
  YamlFile yaml = parse_yaml(text, options.limits);
  FileParser parser(file, options, result);
  std::uint32_t index = 0;
  for (YamlDocument& document : yaml.documents) {
    parser.document(std::move(document.root), document.text, index++);
  }
  if (yaml.fault) {
    parser.file_fault(std::move(*yaml.fault));
  } else if (yaml.documents.empty()) {
    Fault fault;
    fail(fault, 1, "The file holds no document.",
         "It may have been cut short; restore or remove it.");
    parser.file_fault(std::move(fault));
  }
  return result;
}

}  // namespace pugmark::sigma
