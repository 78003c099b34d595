#include "detect/indicators/list.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>

#include "base/text.h"
#include "detect/indicators/builder.h"
#include "detect/sigma/read_file.h"

namespace pugmark::indicators {
namespace {

constexpr std::size_t kAboutBytesMax = 512;
constexpr std::size_t kShownBytesMax = 120;  // of a value in a message
constexpr std::size_t kRemarksListed = 10;
constexpr std::size_t kTypesBytesMax = 200;
constexpr std::size_t kAuthorsBytesMax = 200;
constexpr std::size_t kReferencesMax = 10;
constexpr std::size_t kReferenceBytesMax = 500;

std::string shown(std::string_view text) {
  if (text.size() <= kShownBytesMax) return escaped(text);
  return escaped(text.substr(0, kShownBytesMax)) + "...";
}

// Lists saved by Windows programs may be UTF-16, or begin with a mark.
std::string as_utf8(std::string_view text) {
  std::string plain;
  if (text.starts_with("\xFF\xFE")) {
    append_utf16le(text.substr(2), plain);
  } else {
    plain = text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  }
  return plain;
}

bool looks_like_json(std::string_view text) {
  text = trimmed_blanks(text.substr(0, 4'096));
  if (text.starts_with('{')) return true;
  if (!text.starts_with('[')) return false;
  const std::string_view next = trimmed_blanks(text.substr(1));
  return next.starts_with('{') || next.starts_with('"');
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

std::string_view trimmed_blanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void add_about(std::string_view part, std::string& about) {
  part = trimmed_blanks(part);
  if (part.empty() || about.size() >= kAboutBytesMax) return;
  if (!about.empty()) about += "; ";
  const std::size_t room = kAboutBytesMax - std::min(kAboutBytesMax, about.size());
  if (part.size() <= room) {
    about += part;
    return;
  }
  std::size_t end = room;  // not inside a character
  while (end > 0 && (static_cast<unsigned char>(part[end]) & 0xC0U) == 0x80U) --end;
  about += part.substr(0, end);
  about += "...";
}

void add_author(std::string_view name, List& list) {
  name = trimmed_blanks(name);
  if (name.empty() || list.author.size() + name.size() > kAuthorsBytesMax) return;
  if ((", " + list.author + ", ").find(fmt::format(", {}, ", name)) != std::string::npos) return;
  list.author += fmt::format("{}{}", list.author.empty() ? "" : ", ", name);
}

void add_reference(std::string_view url, List& list) {
  url = trimmed_blanks(url);
  if (!url.starts_with("http://") && !url.starts_with("https://")) return;
  std::vector<std::string>& all = list.references;
  if (url.size() > kReferenceBytesMax || all.size() >= kReferencesMax) return;
  if (std::find(all.begin(), all.end(), url) == all.end()) all.emplace_back(url);
}

bool ListBuilder::add(std::string_view value, Hint hint, const std::string& about,
                      const Place& place) {
  auto found = classify(value, hint);
  if (auto* const indicator = std::get_if<Indicator>(&found)) {
    add(std::move(*indicator), about, place);
    return true;
  }
  reject_value(value, std::get<NoIndicator>(found), place);
  return false;
}

void ListBuilder::add_typed(std::string_view type, std::string_view value, const std::string& about,
                            const Place& place) {
  const std::size_t bar = type.find('|');
  if (type == "malware-sample" || type.starts_with("filename|")) {
    // The name is what the file was called somewhere; the hash is the file.
    const std::size_t split = value.rfind('|');
    if (split != std::string_view::npos) {
      const std::string_view hash_type =
          bar == std::string_view::npos ? "md5" : type.substr(bar + 1);
      std::string more = about;
      add_about(value.substr(0, split), more);
      add_typed(hash_type, value.substr(split + 1), more, place);
      return;
    }
  }
  if (bar != std::string_view::npos) {
    const std::size_t split = value.find('|');
    add_typed(type.substr(0, bar), value.substr(0, split), about, place);
    if (split != std::string_view::npos && type.substr(bar + 1) != "port")
      add_typed(type.substr(bar + 1), value.substr(split + 1), about, place);
    return;
  }
  const auto hint = hint_of(type);
  if (hint == Hint::kUnsupported) {
    reject_value(value, {fmt::format("a {} is not looked for", escaped(type)), ""}, place);
  } else {
    add(value, hint.value_or(Hint::kNone), about, place);
  }
}

void ListBuilder::add(Indicator indicator, const std::string& about, const Place& place) {
  std::string key = indicator.value;
  key += static_cast<char>(indicator.kind);
  const auto [known, is_new] = known_.try_emplace(std::move(key), list_.indicators.size());
  if (!is_new) {
    ++repeated_count_;
    // What one place doubts and another does not is not doubted.
    if (known->second < list_.indicators.size() && !place.is_doubted)
      list_.indicators[known->second].is_doubted = false;
    return;
  }
  if (list_.indicators.size() >= limits_.indicators) {
    ++beyond_count_;
    known->second = SIZE_MAX;
    return;
  }
  indicator.line = place.line;
  indicator.place = place.pointer;
  indicator.is_doubted = place.is_doubted;
  indicator.about = about;
  note_remark(indicator);
  list_.indicators.push_back(std::move(indicator));
}

void ListBuilder::note_remark(const Indicator& indicator) {
  const std::string remark = remark_on(indicator);
  if (remark.empty() || ++remarks_count_ > kRemarksListed) return;
  list_.notes.push_back(
      fmt::format("{} ({}) {}.", shown(indicator.written), indicator.where(), remark));
}

void ListBuilder::reject(std::string what, std::string hint, const Place& place) {
  if (list_.rejected.size() >= limits_.indicator_rejects) {
    ++list_.unlisted_count;
    return;
  }
  list_.rejected.push_back({place.line, place.pointer, std::move(what), std::move(hint)});
}

void ListBuilder::reject_value(std::string_view value, const NoIndicator& why, const Place& place) {
  reject(fmt::format("'{}' cannot be looked for: {}.", shown(trimmed_blanks(value)), why.why),
         why.hint, place);
}

void ListBuilder::skip(std::string_view type) {
  ++skipped_count_;
  const std::string name = escaped(type);
  if (skipped_types_.size() > kTypesBytesMax ||
      (", " + skipped_types_ + ",").find(", " + name + ",") != std::string::npos)
    return;
  skipped_types_ += (skipped_types_.empty() ? "" : ", ") + name;
}

void ListBuilder::note_link(std::string_view link) {
  if (links_count_++ == 0) first_link_ = shown(link);
  add_reference(link, list_);
}

void ListBuilder::finish() {
  std::vector<std::string>& notes = list_.notes;
  if (remarks_count_ > kRemarksListed)
    notes.push_back(
        fmt::format("{} more may match more than they should.", remarks_count_ - kRemarksListed));
  if (no_detection_count_ > 0)
    notes.push_back(
        fmt::format("{} not meant for detection by the list itself (to_ids: false); "
                    "looked for all the same.",
                    plural(no_detection_count_, "entry is", "entries are")));
  if (skipped_count_ > 0)
    notes.push_back(fmt::format("{} nothing to look for, of these types: {}.",
                                plural(skipped_count_, "entry says", "entries say"),
                                skipped_types_));
  if (sentences_count_ > 0)
    notes.push_back(
        fmt::format("{}: only hashes, and what is defanged or in back-ticks, was taken "
                    "from there.",
                    plural(sentences_count_, "line is a sentence", "lines are sentences")));
  if (links_count_ > 0)
    notes.push_back(fmt::format("{} taken for a reference: {}{}.",
                                plural(links_count_, "link was", "links were"), first_link_,
                                links_count_ > 1 ? " and others" : ""));
  if (repeated_count_ > 0)
    notes.push_back(fmt::format("{} what another one says.",
                                plural(repeated_count_, "entry repeats", "entries repeat")));
  if (beyond_count_ > 0) {
    reject(fmt::format("{} beyond the limit indicators ({}), and not looked for.",
                       plural(beyond_count_, "indicator is", "indicators are"), limits_.indicators),
           "Raise it: --limit indicators=N.", {});
  }
}

List parse_list(const std::string& file, std::string_view text, const Limits& limits) {
  List list;
  list.file = file;
  list.sha256 = sha256(as_bytes(text));
  ListBuilder builder(list, limits);
  const std::string plain = as_utf8(text);
  if (!looks_like_json(plain) || !parse_json(plain, builder, list)) {
    if (const auto delimiter = csv_delimiter(plain)) {
      parse_csv(plain, *delimiter, limits, builder, list);
    } else {
      parse_text(plain, limits, builder, list);
    }
  }
  builder.finish();
  return list;
}

Result<List> load_list(const std::string& file, const Limits& limits) {
  std::string text;
  if (const auto failure = sigma::read_whole(file, limits.indicator_file_bytes, text)) {
    ErrorCode code = ErrorCode::kIo;
    if (failure.error_number == ENOENT || failure.error_number == ENOTDIR)
      code = ErrorCode::kNotFound;
    if (failure.error_number == EISDIR || failure.error_number == ENOTSUP)
      code = ErrorCode::kInvalidInput;
    return Error{
        code, fmt::format("{}: the list of indicators cannot be read: {}", file, failure.reason()),
        "Check the path given to --iocs."};
  }
  if (text.size() > limits.indicator_file_bytes) {
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{}: the list of indicators is longer than {} bytes", file,
                             limits.indicator_file_bytes),
                 "Split it, or raise the limit: --limit indicator-file-bytes=N."};
  }
  List list = parse_list(file, text, limits);
  if (!list.indicators.empty()) return list;
  std::string first;
  if (!list.rejected.empty()) {
    const Rejected& rejected = list.rejected.front();
    first = fmt::format(". {}: {}",
                        rejected.line != 0       ? fmt::format("Line {}", rejected.line)
                        : rejected.place.empty() ? "The file"
                                                 : rejected.place,
                        rejected.what);
  }
  return Error{ErrorCode::kInvalidInput,
               fmt::format("{}: there is no indicator in it{}", file, first),
               "It takes plain text, CSV, STIX 2 or MISP."};
}

}  // namespace pugmark::indicators
