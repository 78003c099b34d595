#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "detect/web_root/narrow_text.h"
#include "detect/web_root/readers.h"

namespace pugmark::web_root {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Where the first of the words stands that make a text one for a server.
std::size_t script_text_at(std::string_view lower) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"<script", "runat=\"server", "runat='server", "runat=server",
                                       "<%@", "page language", "language=\"jscript", "<%="});
  std::size_t first = kNone;
  for (const std::string_view word : kWords) first = std::min(first, lower.find(word));
  return first;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == kNone) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// A line "Name      : value" of a dump.
struct DumpLine {
  std::string_view key;
  std::size_t value_at = 0;
  std::size_t value_length = 0;
};

// The key of a line, if it has the form of one: letters and digits, blanks, a colon.
std::string_view key_of(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) != 0)) ++end;
  const std::size_t colon = line.find_first_not_of(' ', end);
  if (end == 0 || colon == kNone || line[colon] != ':') return {};
  const bool is_address = line.substr(colon).starts_with("://");
  return is_address ? std::string_view() : line.substr(0, end);
}

// Values go on in lines that have no key of their own.
std::vector<DumpLine> dump_lines(std::string_view text) {
  std::vector<DumpLine> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (const std::string_view key = key_of(line); !key.empty()) {
      const std::size_t value = at + line.find(':') + 1;
      lines.push_back({key, value, end - value});
    } else if (!lines.empty()) {
      lines.back().value_length = end - lines.back().value_at;
    }
    at = end + 1;
  }
  return lines;
}

bool is_key(const DumpLine& line, std::string_view key) {
  return equal_ascii_nocase(line.key, key);
}

// A key of every dump, as Exchange writes it; sought before anything is copied.
bool may_be_dump(const files::FileView& file) {
  constexpr std::string_view kKey = "ExtendedProtectionTokenChecking";
  const std::string_view bytes = as_text(file.bytes);
  const bool is_big = file.nature.encoding == TextEncoding::kUtf16Be;
  if (file.nature.encoding != TextEncoding::kUtf16Le && !is_big) return bytes.find(kKey) != kNone;
  std::string wide;
  for (const char c : kKey) {
    if (is_big) wide += '\0';
    wide += c;
    if (!is_big) wide += '\0';
  }
  return bytes.find(wide) != kNone;
}

bool has_keys_of_dump(std::string_view lower) {
  const auto has = [&](std::string_view word) { return lower.find(word) != kNone; };
  return has("extendedprotectiontokenchecking") &&
         (has("internalauthenticationmethods") || has("externalauthenticationmethods")) &&
         (has("externalurl") || has("internalurl"));
}

FileStep step_at(const NarrowText& text, std::size_t at, std::size_t length, std::string what) {
  return sign(std::move(what), std::string_view(text.text).substr(at, length), text.offset_of(at),
              length * text.unit_bytes);
}

FileStep step_of(const NarrowText& text, const DumpLine& line, std::string what) {
  const std::string_view value =
      std::string_view(text.text).substr(line.value_at, line.value_length);
  const std::string_view kept = trimmed(value);
  const std::size_t before =
      kept.empty() ? 0 : static_cast<std::size_t>(kept.data() - value.data());
  return step_at(text, line.value_at + before, kept.size(), std::move(what));
}

// What the dump says of the object it was made from: it tells when and where it was made.
void add_facts_of_dump(const NarrowText& text, const std::vector<DumpLine>& lines,
                       std::vector<FileStep>& steps) {
  using Entry = std::pair<std::string_view, std::string_view>;
  static constexpr auto kFacts = std::to_array<Entry>({
      {"Guid", "the object"},
      {"WhenCreated", "the object was made (the server's own time)"},
      {"WhenChanged", "the object was changed (the server's own time)"},
      {"WhenCreatedUTC", "the object was made (UTC)"},
      {"WhenChangedUTC", "the object was changed (UTC)"},
      {"Server", "on the server"},
      {"InternalUrl", "its address inside"},
      {"Path", "its folder"},
  });
  for (const Entry& fact : kFacts) {
    const auto line = std::find_if(lines.begin(), lines.end(),
                                   [&](const DumpLine& one) { return is_key(one, fact.first); });
    if (line != lines.end()) steps.push_back(step_of(text, *line, std::string(fact.second)));
  }
}

// Up to what is no base64.
std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<std::uint32_t>(c - '0') + 52;
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else if (c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == '=') {
      continue;
    } else {
      break;
    }
    bits = (bits << 6U | value) & 0xFFFFFFU;
    if (++count % 4 == 1) continue;
    const unsigned left = (3 - (count - 1) % 4) * 2;
    out += static_cast<char>(bits >> left & 0xFFU);
  }
  return out;
}

// DER: a sequence, its length in two bytes, a sequence in it. A request is one; so is a
// certificate.
bool is_der_request(std::string_view bytes) {
  return bytes.size() > 64 && bytes.starts_with("\x30\x82") && bytes[4] == '\x30';
}

// Names in certificates may have two bytes a character: without zeros they read like the others.
struct Dense {
  std::string lower;
  std::vector<std::uint32_t> places;
};
Dense without_zeros(std::string_view bytes) {
  Dense dense;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') continue;
    dense.lower += bytes[i];
    dense.places.push_back(static_cast<std::uint32_t>(i));
  }
  dense.lower = ascii_lower(dense.lower);
  return dense;
}

// "<%=" and the like are three bytes that keys and signatures have by chance.
std::size_t script_text_in_binary(std::string_view lower) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"<script", "runat=\"server", "runat='server", "runat=server", "<%@ page", "<%@page",
       "page language", "language=\"jscript", "language='jscript"});
  std::size_t first = kNone;
  for (const std::string_view word : kWords) first = std::min(first, lower.find(word));
  return first;
}

constexpr std::size_t kShownTextBytes = 120;

void judge_der(std::string_view der, std::uint64_t armour_at, std::uint64_t armour_bytes,
               Said& said) {
  const Dense dense = without_zeros(der);
  const std::size_t found = script_text_in_binary(dense.lower);
  if (found == kNone) return;
  const std::size_t at = dense.places[found];
  std::string text;
  for (std::size_t i = found; i < std::min(found + kShownTextBytes, dense.places.size()); ++i) {
    const char c = der[dense.places[i]];
    if (static_cast<unsigned char>(c) < 0x20) break;
    text += c;
  }
  FileStep step = sign("script text in the request", text, at, text.size());
  if (armour_bytes > 0) {
    FileStep armour = sign("certificate request in base64", "", armour_at, armour_bytes);
    step.offset_bytes = armour_at;
    step.length_bytes = files::length32(armour_bytes);
    step.layer = 1;
    said.say(Rule::kCertificateRequest, {std::move(armour), std::move(step)});
    return;
  }
  said.say(Rule::kCertificateRequest, {std::move(step)});
}

// FILETIME as a decimal number.
std::string time_of(std::string_view digits) {
  std::uint64_t ticks = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ticks);
  constexpr std::uint64_t kTicksTo1970 = 116'444'736'000'000'000;
  constexpr std::uint64_t kTicksMost = 200'000'000'000'000'000;  // the year 2234
  if (error != std::errc() || end != digits.data() + digits.size() || ticks < kTicksTo1970 ||
      ticks > kTicksMost)
    return {};
  const TimeUtc time{static_cast<std::int64_t>((ticks - kTicksTo1970) * 100)};
  return format_time(time, TimePrecision::kSecond);
}

}  // namespace

void read_page_language(const files::FileView& file, Said& said) {
  constexpr std::size_t kHeadBytes = 4'096;  // directives stand at the front
  const NarrowText text =
      narrow(file.bytes.first(std::min(file.bytes.size(), kHeadBytes)), file.nature.encoding);
  const std::size_t directive = text.lower.find("<%@");
  if (directive == kNone) return;
  const std::size_t end = std::min(text.lower.find("%>", directive), text.lower.size());
  constexpr std::string_view kName = "language=";
  const std::size_t name = text.lower.find(kName, directive);
  if (name == kNone || name >= end) return;
  const std::size_t begin = text.lower.find_first_not_of("\"' ", name + kName.size());
  if (begin == kNone || begin >= end) return;
  const std::size_t length = std::min(text.lower.find_first_of("\"' %\r\n\t", begin), end) - begin;
  files::FileFact& fact = said.report().facts.emplace_back();
  fact.kind = static_cast<std::uint32_t>(Fact::kLanguage);
  fact.name = text.lower.substr(begin, std::min<std::size_t>(length, 32));
  fact.offset_bytes = text.offset_of(begin);
  fact.length_bytes = files::length32(length * text.unit_bytes);
}

void read_directory_dump(const files::FileView& file, Said& said) {
  if (!may_be_dump(file)) return;
  const NarrowText text = narrow(file.bytes, file.nature.encoding);
  if (!has_keys_of_dump(text.lower)) return;
  const std::vector<DumpLine> lines = dump_lines(text.text);
  std::vector<FileStep> steps;
  for (const DumpLine& line : lines) {
    if (!is_key(line, "ExternalUrl") && !is_key(line, "InternalUrl")) continue;
    const std::string_view value =
        std::string_view(text.lower).substr(line.value_at, line.value_length);
    const std::size_t at = script_text_at(value);
    if (at == kNone) continue;
    steps.push_back(step_at(text, line.value_at + at, trimmed(value.substr(at)).size(),
                            fmt::format("script text in {}", line.key)));
    if (const std::string_view before = trimmed(value.substr(0, at)); !before.empty()) {
      const std::size_t begin =
          line.value_at + static_cast<std::size_t>(before.data() - value.data());
      steps.push_back(step_at(text, begin, before.size(), "behind the made-up address"));
    }
  }
  if (steps.empty()) return;
  add_facts_of_dump(text, lines, steps);
  said.say(Rule::kDirectoryDump, std::move(steps));
}

void read_certificate_request(const files::FileView& file, Said& said) {
  const std::string_view bytes = as_text(file.bytes);
  if (is_der_request(bytes)) {
    judge_der(bytes, 0, 0, said);
    return;
  }
  constexpr std::string_view kBegin = "CERTIFICATE REQUEST-----";
  const std::size_t mark = bytes.find(kBegin);
  if (mark == kNone || bytes.substr(0, mark).find("-----BEGIN ") == kNone) return;
  const std::size_t begin = mark + kBegin.size();
  const std::size_t end = std::min(bytes.find("-----END", begin), bytes.size());
  judge_der(decode_base64(bytes.substr(begin, end - begin)), begin, end - begin, said);
}

void read_crash_report(const files::FileView& file, Said& said) {
  const NarrowText text = narrow(file.bytes, file.nature.encoding);
  const std::size_t path = text.lower.find("apppath=");
  const std::size_t pool = text.lower.find("w3wp#msexchange");
  if (path == kNone || pool == kNone) return;
  const auto length_of_line = [&](std::size_t at) {
    return std::min(text.text.find_first_of("\r\n", at), text.text.size()) - at;
  };
  if (text.lower.substr(path, length_of_line(path)).find("w3wp.exe") == kNone) return;
  constexpr std::string_view kProcess = "w3wp#";
  std::vector<FileStep> steps = {step_at(text, pool + kProcess.size(),
                                         length_of_line(pool) - kProcess.size(),
                                         "the worker process of this application pool failed")};
  constexpr std::string_view kTime = "eventtime=";
  if (const std::size_t at = text.lower.find(kTime); at != kNone) {
    const std::size_t value = at + kTime.size();
    const std::size_t length = length_of_line(value);
    const std::string time = time_of(std::string_view(text.text).substr(value, length));
    if (!time.empty()) steps.push_back(step_at(text, value, length, "at " + time));
  }
  constexpr std::string_view kException = "clr20r3";
  for (const std::string_view word : {std::string_view("exception"), kException}) {
    const std::size_t at = text.lower.find(word);
    if (at == kNone) continue;
    const std::size_t before = text.text.find_last_of("\r\n", at);
    const std::size_t begin = before == kNone ? 0 : before + 1;
    steps.push_back(step_at(text, begin, length_of_line(begin), "of the error"));
    break;
  }
  said.say(Rule::kCrashOfExchange, std::move(steps));
}

}  // namespace pugmark::web_root
