#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "base/text.h"
#include "detect/indicators/builder.h"

namespace pugmark::indicators {
namespace {

constexpr std::size_t kTitleBytesMax = 200;
constexpr std::size_t kColumnsMax = 64;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool has_blank(std::string_view text) { return std::any_of(text.begin(), text.end(), is_blank); }

// What stands between back-ticks. `around` gets everything else.
std::vector<std::string_view> ticked(std::string_view text, std::string& around) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t begin = text.find('`');
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('`', begin + 1);
    if (end == std::string_view::npos) break;
    around += text.substr(0, begin);
    const std::string_view piece = trimmed_blanks(text.substr(begin + 1, end - begin - 1));
    if (!piece.empty()) pieces.push_back(piece);
    text.remove_prefix(end + 1);
  }
  around += text;
  return pieces;
}

std::vector<std::string_view> cells_of(std::string_view row) {
  std::vector<std::string_view> cells;
  row.remove_prefix(1);  // the bar in front
  while (cells.size() < kColumnsMax) {
    std::size_t end = row.find('|');
    while (end != std::string_view::npos && end > 0 && row[end - 1] == '\\')
      end = row.find('|', end + 1);
    cells.push_back(trimmed_blanks(row.substr(0, end)));
    if (end == std::string_view::npos) break;
    row.remove_prefix(end + 1);
  }
  if (cells.size() > 1 && cells.back().empty()) cells.pop_back();  // the bar behind
  return cells;
}

// "Ip address / domain": what a column is said to hold, if it is one of indicators.
std::optional<Hint> hint_of_heading(std::string_view heading) {
  std::optional<Hint> found;
  int count = 0;
  while (!heading.empty()) {
    const std::size_t end = std::min(heading.find_first_of("/,|"), heading.size());
    const auto hint = hint_of(trimmed_blanks(heading.substr(0, end)));
    if (hint && *hint != Hint::kUnsupported) {
      found = hint;
      ++count;
    }
    heading.remove_prefix(std::min(end + 1, heading.size()));
  }
  return count > 1 ? Hint::kNone : found;
}

bool is_row_of_dashes(std::string_view line) {
  return line.find('-') != std::string_view::npos &&
         line.find_first_not_of("|-: \t") == std::string_view::npos;
}

// Lines that only shape a document.
bool is_markup(std::string_view line) {
  constexpr std::array<std::string_view, 5> kFences = {"|===", "```", "----", "====", "...."};
  if (std::any_of(kFences.begin(), kFences.end(),
                  [&](std::string_view fence) { return line.starts_with(fence); }))
    return line.find_first_not_of("|=`-.abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  const bool is_attribute = line.starts_with(':') && line.find(':', 1) != std::string_view::npos &&
                            !line.starts_with("::");
  const bool is_block_attribute = line.starts_with('[') && line.ends_with(']') &&
                                  line.find_first_of("=%\"") != std::string_view::npos;
  return is_attribute || is_block_attribute;
}

class TextParser {
 public:
  TextParser(const Limits& limits, ListBuilder& builder, List& list)
      : limits_(limits), builder_(builder), list_(list) {}

  void parse(std::string_view text) {
    while (!text.empty()) {
      ++place_.line;
      const std::string_view line = next_line(text);
      if (line.size() > limits_.indicator_line_bytes) {
        builder_.reject(fmt::format("The line has {} bytes; at most {} are read.", line.size(),
                                    limits_.indicator_line_bytes),
                        "Break it up, or raise the limit: --limit indicator-line-bytes=N.", place_);
      } else {
        parse_line(trimmed_blanks(line));
      }
    }
  }

 private:
  void parse_line(std::string_view line) {
    if (!line.starts_with('|') || line.starts_with("|===")) in_table_ = false;
    if (line.empty() || is_markup(line)) return;
    if (line.starts_with('=') || line.starts_with('#')) return heading(line);
    if (line.starts_with("//") || line.starts_with(';')) return;
    if (line.starts_with('|')) return row(line);
    entry(without_bullet(line));
  }

  void heading(std::string_view line) {
    line = trimmed_blanks(line.substr(std::min(line.find_first_not_of("=#"), line.size())));
    if (list_.title.empty() && line.size() <= kTitleBytesMax) list_.title = line;
  }

  static std::string_view without_bullet(std::string_view line) {
    for (const std::string_view bullet : {"- ", "* ", "+ ", "> ", "\xE2\x80\xA2 "}) {
      if (line.starts_with(bullet)) return trimmed_blanks(line.substr(bullet.size()));
    }
    std::size_t digits = 0;
    while (digits < line.size() && line[digits] >= '0' && line[digits] <= '9') ++digits;
    const std::string_view rest = line.substr(digits);
    const bool is_numbered = digits > 0 && (rest.starts_with(". ") || rest.starts_with(") "));
    return is_numbered ? trimmed_blanks(rest.substr(2)) : line;
  }

  // ---- Tables ----

  void row(std::string_view line) {
    if (is_row_of_dashes(line)) return;
    const std::vector<std::string_view> cells = cells_of(line);
    if (!in_table_) {
      in_table_ = true;
      hints_.clear();
      if (headings(cells)) return;
    }
    add_row(cells);
  }

  // True if the row says what the columns hold.
  bool headings(const std::vector<std::string_view>& cells) {
    std::vector<std::optional<Hint>> hints;
    for (const std::string_view cell : cells) {
      if (cell.find('`') != std::string_view::npos || is_plainly_an_indicator(cell)) return false;
      hints.push_back(hint_of_heading(cell));
    }
    const bool any = std::any_of(hints.begin(), hints.end(),
                                 [](const std::optional<Hint>& hint) { return hint.has_value(); });
    if (any) hints_ = std::move(hints);
    return any;
  }

  void add_row(const std::vector<std::string_view>& cells) {
    std::vector<std::pair<std::string_view, Hint>> values;
    std::string about;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool is_value_column = i < hints_.size() && hints_[i].has_value();
      const Hint hint = is_value_column ? *hints_[i] : Hint::kNone;
      std::string around;
      const auto pieces = ticked(cells[i], around);
      if (is_value_column || hints_.empty()) {
        for (const std::string_view piece : pieces) values.emplace_back(piece, hint);
        if (pieces.empty() && !cells[i].empty() &&
            (is_value_column || is_plainly_an_indicator(cells[i]))) {
          values.emplace_back(cells[i], hint);
        } else {
          add_about(around, about);
        }
      } else {
        add_about(cells[i], about);
      }
    }
    if (values.empty()) builder_.count_sentence();
    for (const auto& [value, hint] : values) builder_.add(value, hint, about, place_);
  }

  // ---- Lines ----

  void entry(std::string_view line) {
    std::string about;
    line = without_comment(line, about);
    if (line.empty()) return;
    if (line.find('`') != std::string_view::npos) {
      std::string around;
      const auto pieces = ticked(line, around);
      add_about(around, about);
      for (const std::string_view piece : pieces) builder_.add(piece, Hint::kNone, about, place_);
      if (!pieces.empty()) return;
    }
    if (labelled(line, about)) return;
    if (!has_blank(line)) {
      builder_.add(line, Hint::kNone, about, place_);
    } else if (!value_with_words(line, about)) {
      sentence(line);
    }
  }

  // Behind a blank: a `#` inside of a URL is part of it.
  static std::string_view without_comment(std::string_view line, std::string& about) {
    for (std::size_t i = 1; i < line.size(); ++i) {
      const std::string_view rest = line.substr(i);
      const bool begins = rest.starts_with("# ") || rest.starts_with("// ") || rest == "#" ||
                          rest.starts_with("; ");
      if (!begins || !is_blank(line[i - 1])) continue;
      // User agents hold semicolons, but not behind a blank.
      add_about(
          rest.substr(rest.find_first_of(" ") == std::string_view::npos ? rest.size()
                                                                        : rest.find_first_of(" ")),
          about);
      return trimmed_blanks(line.substr(0, i));
    }
    return line;
  }

  // "SHA256: ...", "User-Agent: ...".
  bool labelled(std::string_view line, const std::string& about) {
    const std::size_t mark = line.find_first_of(":=");
    if (mark == std::string_view::npos || mark == 0 || mark + 1 == line.size()) return false;
    if (line.substr(mark).starts_with("://")) return false;
    const std::string_view label = trimmed_blanks(line.substr(0, mark));
    const auto hint = hint_of(label);
    if (!hint || (label.size() == 1)) return false;
    const std::string_view value = trimmed_blanks(line.substr(mark + 1));
    if (*hint == Hint::kUnsupported) {
      builder_.reject_value(value, {fmt::format("a {} is not looked for", escaped(label)), ""},
                            place_);
      return true;
    }
    const bool is_whole =
        *hint == Hint::kUserAgent || *hint == Hint::kPath || *hint == Hint::kFileName;
    if (is_whole || !has_blank(value)) {
      builder_.add(value, *hint, about, place_);
      return true;
    }
    const std::size_t end = value.find_first_of(" \t");
    std::string more = about;
    add_about(value.substr(end), more);
    builder_.add(value.substr(0, end), *hint, more, place_);
    return true;
  }

  // A value with words behind it. False if it is a sentence.
  bool value_with_words(std::string_view line, const std::string& about) {
    const std::size_t blank = line.find_first_of(" \t");
    const std::string_view first = line.substr(0, blank);
    const std::string_view rest = line.substr(blank);
    std::string more = about;
    if (is_plainly_an_indicator(first)) {
      add_about(rest, more);
      return builder_.add(first, Hint::kNone, more, place_), true;
    }
    // Agents and paths hold blanks; what is set off by more than one is no part of them.
    const std::size_t gap = separator_in(line);
    const std::string_view value = trimmed_blanks(line.substr(0, gap));
    if (gap < line.size())
      add_about(line.substr(std::min(line.find_first_not_of(" \t,;|-", gap), line.size())), more);
    const bool is_path = value.size() > 2 && (value.substr(1).starts_with(":\\") ||
                                              value.starts_with("\\") || value.starts_with('%'));
    const bool is_agent = value.starts_with("Mozilla/");
    if (!is_path && !is_agent && (gap == line.size() || has_blank(value))) return false;
    auto found = classify(value);
    auto* const indicator = std::get_if<Indicator>(&found);
    if (indicator == nullptr) return false;
    builder_.add(std::move(*indicator), more, place_);
    return true;
  }

  static std::size_t separator_in(std::string_view line) {
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
      const std::string_view rest = line.substr(i);
      if (rest[0] == '\t' || rest.starts_with("  ") || rest.starts_with(" - ") ||
          rest.starts_with(" | "))
        return i;
      // Commas stand in agents only with a blank behind: "(KHTML, like Gecko)".
      if (rest[0] == ',' && !line.starts_with("Mozilla/")) return i;
    }
    return line.size();
  }

  // Of a sentence only what nobody writes by chance.
  void sentence(std::string_view line) {
    bool any = false;
    std::string_view rest = line;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(" \t\"'<>,;"), rest.size());
      std::string_view word = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (!word.empty() && (word.back() == ')' || word.back() == ':' || word.back() == '.' ||
                               word.back() == '!' || word.back() == '?'))
        word.remove_suffix(1);
      if (word.starts_with('(') && !word.starts_with("(.")) word.remove_prefix(1);
      if (word.empty() || !is_plainly_an_indicator(word)) continue;
      any = true;
      take_word(word, line);
    }
    if (!any) builder_.count_sentence();
  }

  void take_word(std::string_view word, std::string_view line) {
    auto found = classify(word);
    auto* const indicator = std::get_if<Indicator>(&found);
    if (indicator == nullptr) {
      builder_.reject_value(word, std::get<NoIndicator>(found), place_);
      return;
    }
    const bool is_defanged = refanged(word).has_value();
    if (indicator->kind == Kind::kUrl && !is_defanged) {
      builder_.note_link(word.substr(0, word.find('[')));
    } else if (indicator->kind == Kind::kAddress && !is_defanged) {
      builder_.reject_value(word,
                            {"it stands in a sentence, and may be a version",
                             "Put it on a line of its own, or in back-ticks."},
                            place_);
    } else {
      std::string about;
      add_about(line, about);
      builder_.add(std::move(*indicator), about, place_);
    }
  }

  const Limits& limits_;
  ListBuilder& builder_;
  List& list_;
  Place place_;
  bool in_table_ = false;
  std::vector<std::optional<Hint>> hints_;  // of the table's columns, if its first row says
};

}  // namespace

void parse_text(std::string_view text, const Limits& limits, ListBuilder& builder, List& list) {
  list.format = "text";
  TextParser(limits, builder, list).parse(text);
}

}  // namespace pugmark::indicators
