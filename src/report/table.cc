#include "report/table.h"

#include <algorithm>
#include <array>
#include <unicode/uchar.h>
#include <utility>

#include "base/text.h"

namespace pugmark {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
constexpr std::size_t kSpaceBetween = 2;

std::size_t columns_of_character(char32_t c) {
  if (c < 0x300) return 1;
  const auto character = static_cast<UChar32>(c);
  const auto category = u_charType(character);
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK) return 0;
  const int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::size_t columns = columns_of(std::string_view(text));
  const std::string space(width > columns ? width - columns : 0, ' ');
  return right ? space + text : text + space;
}

// The first part of a word that fits; at least one character, so that there is an end.
std::string_view fitting(std::string_view word, std::size_t columns) {
  std::size_t used = 0;
  std::size_t end = 0;
  for (std::size_t at = 0; at < word.size(); end = at) {
    used += columns_of_character(next_code_point(word, at));
    if (used > columns && end != 0) break;
  }
  return word.substr(0, end);
}

// The text in lines of at most `columns`, broken at blanks, and inside of words that are longer.
std::vector<std::string> broken(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, std::min(text.find(' '), text.size()));
    std::string& line = lines.back();
    const std::size_t used = columns_of(std::string_view(line));
    if (used != 0 && used + 1 + columns_of(word) > columns) {
      lines.emplace_back();
      continue;
    }
    const std::string_view part = fitting(word, columns);
    if (used != 0) line += ' ';
    line += part;
    text.remove_prefix(part.size());
    if (part.size() < word.size()) lines.emplace_back();
    if (part.size() == word.size() && !text.empty()) text.remove_prefix(1);
  }
  return lines;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();)
    columns += columns_of_character(next_code_point(text, at));
  return columns;
}

std::string cut_end(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  std::size_t used = 1;  // the ellipsis
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size(); end = at) {
    used += columns_of_character(next_code_point(text, at));
    if (used > columns) break;
  }
  return std::string(text.substr(0, end)) + std::string(kEllipsis);
}

std::string cut_start(std::string_view text, std::size_t columns) {
  std::size_t surplus = columns_of(text);
  if (surplus <= columns) return std::string(text);
  std::size_t at = 0;
  while (at < text.size() && surplus + 1 > columns)
    surplus -= columns_of_character(next_code_point(text, at));
  return std::string(kEllipsis) + std::string(text.substr(at));
}

std::string styled(std::string_view text, std::string_view style, const Look& look) {
  if (!look.colour || style.empty() || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out += style;
  out += 'm';
  out += text;
  out += "\x1b[0m";
  return out;
}

std::string_view style_of(Level level) {
  constexpr std::array<std::string_view, 5> kStyles = {"2", "32", "36", "33", "1;31"};
  return kStyles[static_cast<std::size_t>(level)];
}

std::string_view style_of(FileVerdict verdict) {
  constexpr std::array<std::string_view, 3> kStyles = {"2", "33", "1;31"};
  return kStyles[static_cast<std::size_t>(verdict)];
}

std::string_view short_name(Level level) {
  constexpr std::array<std::string_view, 5> kNames = {"info", "low", "med", "high", "crit"};
  return kNames[static_cast<std::size_t>(level)];
}

Table::Table(std::vector<Column> columns, const Look& look, Output& out, std::size_t indent_columns)
    : columns_(std::move(columns)), look_(look), out_(out), indent_columns_(indent_columns) {}

void Table::row(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  if (settled_) {
    print(cells);
    return;
  }
  waiting_.push_back(std::move(cells));
  if (waiting_.size() >= kRowsLookedAt) settle();
}

void Table::finish() {
  if (!settled_ && !waiting_.empty()) settle();
  if (settled_) tell_left_out();
}

void Table::tell_left_out() {
  std::string titles;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (!shown_[i]) titles += (titles.empty() ? "" : ", ") + columns_[i].title;
  if (titles.empty()) return;
  const std::string sentence =
      "Left out for want of width: " + titles + ". Piped (| less -S), the table has every column.";
  const std::size_t room = look_.width_columns - std::min(indent_columns_, look_.width_columns - 1);
  for (const std::string& line : broken(sentence, room))
    out_.line(std::string(indent_columns_, ' ') + styled(line, kDim, look_));
}

// Natural widths first; if they do not fit, flexible columns give way from the widest, and when all
// are at their minimum the least important column goes.
void Table::settle() {
  settled_ = true;
  std::vector<std::size_t> natural(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    natural[i] = columns_of(std::string_view(columns_[i].title));
    for (const auto& cells : waiting_)
      natural[i] = std::max(natural[i], columns_of(std::string_view(cells[i].text)));
    if (look_.width_columns == 0) natural[i] = std::min(natural[i], kPaddedColumns);
  }
  shown_.assign(columns_.size(), true);
  for (;;) {
    widths_ = natural;
    std::size_t total = indent_columns_;
    for (std::size_t i = 0; i < widths_.size(); ++i)
      if (shown_[i]) total += widths_[i] + kSpaceBetween;
    total -= std::min(total, kSpaceBetween);
    while (look_.width_columns != 0 && total > look_.width_columns) {
      std::size_t widest = columns_.size();
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const bool gives =
            shown_[i] && columns_[i].width_min != 0 && widths_[i] > columns_[i].width_min;
        if (gives && (widest == columns_.size() || widths_[i] > widths_[widest])) widest = i;
      }
      if (widest == columns_.size()) break;
      --widths_[widest];
      --total;
    }
    if (look_.width_columns == 0 || total <= look_.width_columns) break;
    std::size_t least = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!shown_[i] || columns_[i].drop_order == 0) continue;
      if (least == columns_.size() || columns_[i].drop_order > columns_[least].drop_order)
        least = i;
    }
    if (least == columns_.size()) break;
    shown_[least] = false;
  }
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, kBold});
  print(titles);
  for (const auto& cells : waiting_) print(cells);
  waiting_.clear();
}

void Table::print(const std::vector<Cell>& cells) {
  std::string line(indent_columns_, ' ');
  std::size_t last = 0;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (shown_[i]) last = i;
  std::vector<std::string> rest;
  std::size_t rest_indent = indent_columns_;
  for (std::size_t i = 0; i <= last; ++i) {
    if (!shown_[i]) continue;
    const Column& column = columns_[i];
    std::string text = cells[i].text;
    if (look_.width_columns != 0 && column.wrap) {
      rest = broken(text, widths_[i]);
      text = rest.front();
      rest.erase(rest.begin());
    } else if (look_.width_columns != 0) {
      text = column.keep_tail ? cut_start(text, widths_[i]) : cut_end(text, widths_[i]);
    }
    if (i != last || column.right) text = padded(text, widths_[i], column.right);
    line += cells[i].text.empty() ? text : styled(text, cells[i].style, look_);
    if (i == last) break;
    line.append(kSpaceBetween, ' ');
    rest_indent += widths_[i] + kSpaceBetween;
  }
  while (line.ends_with(' ')) line.pop_back();
  out_.line(line);
  for (const std::string& more : rest)
    out_.line(std::string(rest_indent, ' ') + styled(more, cells[last].style, look_));
}

}  // namespace pugmark
