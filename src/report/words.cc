#include "report/words.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

#include "base/text.h"
#include "report/table.h"

namespace pugmark {

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  if (number == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", grouped(number), one)
                      : fmt::format("{} {}", grouped(number), many);
}

std::string bytes_words(std::uint64_t bytes) {
  if (bytes < 10'000) return counted(bytes, "byte");
  double value = static_cast<double>(bytes);
  std::string_view unit = "kB";
  for (const std::string_view larger : {"kB", "MB", "GB", "TB", "PB", "EB"}) {
    unit = larger;
    value /= 1000;
    if (value < 999.95) break;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::string time_text(const Finding& finding) {
  return format_time(finding.time, finding.precision);
}

std::string source_time_text(const Finding& finding) {
  std::int64_t shift_ns = 0;
  TimeUtc source;
  if (__builtin_mul_overflow(finding.time_shift_s, 1'000'000'000, &shift_ns) ||
      __builtin_sub_overflow(finding.time.ns_since_1970, shift_ns, &source.ns_since_1970)) {
    return {};
  }
  return format_time(source, finding.precision);
}

std::string table_time(TimeUtc time, TimePrecision precision) {
  if (precision == TimePrecision::kUnknown) return "no time";
  std::string text = format_time(time, TimePrecision::kSecond);
  text[10] = ' ';
  text.pop_back();
  return text;
}

std::string day_of(TimeUtc time) { return format_time(time, TimePrecision::kSecond).substr(0, 10); }

std::string shift_words(std::int64_t shift_s) {
  const std::int64_t length_s = shift_s < 0 ? -shift_s : shift_s;
  std::string length;
  if (length_s % 3600 == 0) {
    length = fmt::format("{} h", length_s / 3600);
  } else if (length_s % 60 == 0) {
    length = fmt::format("{} min", length_s / 60);
  } else {
    length = fmt::format("{} s", length_s);
  }
  return fmt::format("{} {}", length, shift_s < 0 ? "earlier" : "later");
}

std::int64_t span_ns(TimeUtc from, TimeUtc to) {
  std::int64_t ns = 0;
  if (__builtin_sub_overflow(to.ns_since_1970, from.ns_since_1970, &ns))
    return std::numeric_limits<std::int64_t>::max();
  return ns;
}

std::string span_text(TimeUtc from, TimeUtc to) {
  const std::int64_t ns = span_ns(from, to);
  if (ns < std::numeric_limits<std::int64_t>::max()) return format_duration(ns);
  constexpr double kNsPerDay = 86'400e9;
  return fmt::format("{:.0f} days", (static_cast<double>(to.ns_since_1970) -
                                     static_cast<double>(from.ns_since_1970)) /
                                        kNsPerDay);
}

std::string log_source_words(std::string_view log_source) {
  constexpr std::array<std::string_view, 3> kNames = {"product", "category", "service"};
  if (std::count(log_source.begin(), log_source.end(), '/') != 2) return escaped(log_source);
  std::vector<std::string> parts;
  for (const std::string_view name : kNames) {
    const std::string_view part = log_source.substr(0, log_source.find('/'));
    log_source.remove_prefix(std::min(part.size() + 1, log_source.size()));
    if (!part.empty()) parts.push_back(fmt::format("{} {}", name, escaped(part)));
  }
  return joined(parts, ", ");
}

std::string verdict_words(Verdict verdict) {
  constexpr std::array<std::string_view, 6> kMeanings = {
      "",
      "somebody looked whether a weakness or another's shell is there",
      "somebody tried; that it worked is not shown",
      "the server did what the intruder wanted",
      "something of the intruder's came to lie on the server",
      "what was planted, or the weakness itself, was put to use"};
  if (verdict == Verdict::kNone) return {};
  return fmt::format("{}: {}", to_string(verdict), kMeanings[static_cast<std::size_t>(verdict)]);
}

std::string because_words(const Finding& finding) {
  std::vector<std::string> parts;
  for (const Because& because : finding.because) {
    std::string part = because.field.empty() ? "" : escaped(because.field) + ": ";
    part += escaped(text_of(because, finding));
    // A value stands in `because` once for each pattern that it matched.
    if (std::find(parts.begin(), parts.end(), part) == parts.end())
      parts.push_back(std::move(part));
  }
  return joined(parts, "; ");
}

std::string gap_place(std::string_view item) {
  return item.empty() ? "the hunt as a whole" : escaped(item);
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  return fmt::format("{}", fmt::join(texts, between));
}

std::string wrapped(std::string_view text, std::size_t width_columns, std::size_t indent_columns) {
  if (width_columns == 0) return std::string(text);
  std::string out;
  std::size_t used = indent_columns;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t columns = columns_of(word);
    const bool first = used == indent_columns;
    if (!first && used + 1 + columns > width_columns) {
      out += '\n';
      out.append(indent_columns, ' ');
      used = indent_columns;
    } else if (!first) {
      out += ' ';
      ++used;
    }
    out += word;
    used += columns;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos)
    return std::string(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace pugmark
