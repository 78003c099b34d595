#include "report/evidence_bytes.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/text.h"
#include "casefile/facts.h"
#include "evidence/cursor.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

std::optional<std::uint64_t> regular_file_size(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(found.st_size);
}

// A file on disk and the member of it that is meant.
struct Place {
  std::string file;
  std::string member;  // "!/..." or ""
  std::uint64_t size_bytes = 0;
};

std::optional<Place> place_at(const std::string& file, const std::string& member) {
  if (const auto size = regular_file_size(file)) return Place{file, member, *size};
  return std::nullopt;
}

// The evidence may have moved: below its new folder the path is looked for whole, then without its
// first folder, and so on down to the bare name.
std::optional<Place> find_place(const ItemPath& path, const std::string& folder) {
  if (folder.empty()) return place_at(path.file, path.member);
  std::string rest = path.file;
  for (;;) {
    while (rest.starts_with('/')) rest.erase(0, 1);
    if (const auto place = place_at(folder + "/" + rest, path.member)) return place;
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos) break;
    rest.erase(0, slash + 1);
  }
  return place_at(folder, path.member);  // --evidence may name the file itself
}

// Where the comparisons of a finding found something outside of its record.
std::vector<ReadAgain::Part> other_parts(const Finding& finding) {
  std::vector<std::uint64_t> lines;
  for (const Because& one : finding.because) {
    if (!one.offset_bytes) continue;
    const bool is_inside = *one.offset_bytes >= finding.offset_bytes &&
                           *one.offset_bytes - finding.offset_bytes < finding.length_bytes;
    if (!is_inside) lines.push_back(*one.offset_bytes & ~std::uint64_t{15});
  }
  std::sort(lines.begin(), lines.end());
  std::vector<ReadAgain::Part> parts;
  for (const std::uint64_t begin : lines) {
    if (begin > UINT64_MAX - kPartBytes) break;
    if (!parts.empty() && begin <= parts.back().offset_bytes + parts.back().length_bytes) {
      parts.back().length_bytes = begin + kPartBytes - parts.back().offset_bytes;
    } else if (parts.size() < kPartsMax) {
      parts.push_back({begin, kPartBytes, ""});
    }
    // Strings side by side must not make one part as long as the file.
    parts.back().length_bytes = std::min(parts.back().length_bytes, 4 * kPartBytes);
  }
  return parts;
}

// The bytes of `piece`, which stands at `at`, that lie in a stretch.
std::string_view within(std::string_view piece, std::uint64_t at, std::uint64_t begin,
                        std::uint64_t length_bytes) {
  const std::uint64_t end = begin + std::min<std::uint64_t>(length_bytes, UINT64_MAX - begin);
  const std::uint64_t from = std::clamp(begin, at, at + piece.size());
  const std::uint64_t to = std::clamp(end, at, at + piece.size());
  return from < to ? piece.substr(from - at, to - from) : std::string_view();
}

// Reads the current item to its end and keeps what lies in the wanted ranges.
void read_item_bytes(ItemCursor& cursor, const Finding& finding, ReadAgain& out) {
  std::vector<std::byte> buffer(kReadBytes);
  out.parts = other_parts(finding);
  std::uint64_t at = 0;
  for (;;) {
    const std::size_t got = cursor.read(buffer);
    if (got == 0) break;
    const std::string_view piece = as_text(std::span<const std::byte>(buffer).first(got));
    const std::string_view wanted =
        within(piece, at, finding.offset_bytes, finding.length_bytes);
    out.length_bytes += wanted.size();
    out.bytes += wanted.substr(
        0, kReadAgainBytesMax - std::min<std::uint64_t>(kReadAgainBytesMax, out.bytes.size()));
    for (ReadAgain::Part& part : out.parts)
      part.bytes += within(piece, at, part.offset_bytes, part.length_bytes);
    at += got;
  }
}

struct Walked {
  bool found = false;
  std::optional<Sha256> digest;  // of the item, if it could be read whole
  std::string cut_short;         // a sentence if not everything on the way could be read
};

// Of all that was missed on the way a limit says most: the reader can do something about it.
void note_gaps(ItemCursor& cursor, bool& is_limit, std::string& cut_short) {
  for (Gap& gap : cursor.take_gaps()) {
    if (!cut_short.empty() && (is_limit || gap.kind != GapKind::kLimit)) continue;
    is_limit = gap.kind == GapKind::kLimit;
    cut_short = std::move(gap.what);
  }
}

// An archive's own bytes are handed out to nobody; its digest is there behind its last member.
void finish_archive(ItemCursor& cursor, const std::string& wanted, const Finding& finding,
                    Walked& walked, ReadAgain& out) {
  bool is_over = false;
  bool is_limit = false;
  while (!is_over) {
    is_over = !cursor.next_item();
    for (const Item& item : cursor.take_finished_items()) {
      if (item.path != wanted) continue;
      is_over = true;
      walked.digest = item.sha256;
      out.length_bytes = std::min<std::uint64_t>(item.size_bytes, finding.length_bytes);
    }
    note_gaps(cursor, is_limit, walked.cut_short);
  }
}

Walked walk_to(ItemCursor& cursor, const std::string& wanted, const Finding& finding,
               ReadAgain& out) {
  Walked walked;
  bool is_limit = false;
  while (!walked.found && cursor.next_item()) {
    note_gaps(cursor, is_limit, walked.cut_short);
    cursor.take_finished_items();
    if (cursor.item().path != wanted) continue;
    walked.found = true;
    walked.cut_short.clear();  // of other items
    if (cursor.is_container()) {
      finish_archive(cursor, wanted, finding, walked, out);
      return walked;
    }
    read_item_bytes(cursor, finding, out);
  }
  if (walked.found) cursor.next_item();  // closes the item: only then is its digest final
  note_gaps(cursor, is_limit, walked.cut_short);
  for (const Item& item : cursor.take_finished_items())
    if (walked.found && item.path == wanted) walked.digest = item.sha256;
  return walked;
}

std::string with_note(std::string sentence, const std::string& note) {
  return note.empty() ? sentence : sentence + ' ' + note;
}

std::string not_found(const Place& place, const Walked& walked, const std::string& note) {
  if (walked.cut_short.empty())
    return fmt::format("{} has no member {} any more.", place.file, place.member);
  return with_note(fmt::format("{} shows no member {}, but not all of it could be read now: {}",
                               place.file, place.member, walked.cut_short),
                   note);
}

std::string not_whole(const Walked& walked, const std::string& note) {
  const std::string sentence =
      "The item cannot be read to its end now: these bytes are not vouched for.";
  return walked.cut_short.empty() ? sentence : with_note(sentence + ' ' + walked.cut_short, note);
}

}  // namespace

GrantedLimits granted_limits(const CaseFacts& facts) {
  GrantedLimits granted;
  const auto changed = facts.find(fact::kLimitsChanged);
  if (changed == facts.end()) return granted;
  const std::optional<Limits> asked = limits_from(changed->second);
  if (!asked) {
    granted.note = "The limits of the hunt cannot be read from the case; the defaults hold here.";
    return granted;
  }
  for (const LimitName& limit : limit_names()) {
    const std::uint64_t most = Limits{}.*limit.member * kRaisedAtMost;
    granted.limits.*limit.member = std::min((*asked).*limit.member, most);
    if ((*asked).*limit.member <= most) continue;
    granted.note +=
        fmt::format("{}The hunt ran with {}={}; a case can ask here for {} at most.",
                    granted.note.empty() ? "" : " ", limit.name, (*asked).*limit.member, most);
  }
  return granted;
}

ReadAgain read_again(const Finding& finding, const CaseItem& item, const ItemPath& path,
                     const std::string& evidence_folder, const GrantedLimits& granted) {
  ReadAgain out;
  const std::optional<Place> place = find_place(path, evidence_folder);
  if (!place) {
    out.trouble = evidence_folder.empty()
                      ? "The evidence is not here any more under the path it was handed over with."
                      : fmt::format("The evidence is not in {}.", evidence_folder);
    return out;
  }
  out.path = place->file;
  ItemIds ids;
  Result<ItemCursor> cursor =
      ItemCursor::open({place->file, place->size_bytes, true}, granted.limits, ids);
  if (!cursor.ok()) {
    out.trouble = cursor.error().message;
    return out;
  }
  const Walked walked = walk_to(cursor.value(), place->file + place->member, finding, out);
  if (!walked.found) {
    out.trouble = not_found(*place, walked, granted.note);
  } else if (!item.item.sha256) {
    out.trouble =
        "The item could not be read whole when it was hunted, so the case has no SHA-256 to "
        "compare with: these bytes are not vouched for.";
  } else if (!walked.digest) {
    out.trouble = not_whole(walked, granted.note);
  } else if (*walked.digest != *item.item.sha256) {
    out.trouble = fmt::format(
        "The item has changed since it was hunted: its SHA-256 is {}, then it was "
        "{}. Its bytes are not shown, they may be others.",
        to_hex(*walked.digest), to_hex(*item.item.sha256));
    out.bytes.clear();
    out.length_bytes = 0;
  } else if (finding.length_bytes == 0 || out.length_bytes != finding.length_bytes) {
    out.trouble = fmt::format(
        "The item still has the SHA-256 it had, but it has {} of the {} at byte {} that the "
        "case names: no hunt wrote this finding so.",
        counted(out.length_bytes, "byte"), grouped(finding.length_bytes),
        grouped(finding.offset_bytes));
  } else {
    out.verified = true;
  }
  return out;
}

std::string hex_dump(std::string_view bytes, std::uint64_t offset_bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view row = bytes.substr(at, 16);
    std::string hex;
    std::string text;
    for (std::size_t i = 0; i < 16; ++i) {
      if (i == 8) hex += ' ';
      hex += i < row.size() ? fmt::format(" {:02x}", static_cast<unsigned char>(row[i])) : "   ";
      if (i < row.size()) text += row[i] >= 0x20 && row[i] < 0x7F ? row[i] : '.';
    }
    out += fmt::format("{:08x} {}  {}\n", offset_bytes + at, hex, text);
  }
  return out;
}

std::vector<TextRun> utf16_runs(std::string_view bytes, std::size_t characters_min,
                                std::size_t runs_max) {
  std::vector<TextRun> runs;
  // Printable ASCII and Latin: enough to find the words, and rare among the bytes of numbers.
  const auto printable = [&](std::size_t at) {
    if (at + 1 >= bytes.size()) return false;
    const auto low = static_cast<unsigned char>(bytes[at]);
    return bytes[at + 1] == 0 && ((low >= 0x20 && low < 0x7F) || low >= 0xA0);
  };
  for (std::size_t at = 0; at + 1 < bytes.size() && runs.size() < runs_max;) {
    std::size_t end = at;
    while (printable(end)) end += 2;
    if ((end - at) / 2 < characters_min) {
      ++at;
      continue;
    }
    TextRun& run = runs.emplace_back();
    run.offset_bytes = at;
    append_utf16le(bytes.substr(at, end - at), run.text);
    at = end;
  }
  return runs;
}

}  // namespace pugmark
