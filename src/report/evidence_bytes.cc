#include "report/evidence_bytes.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/text.h"
#include "evidence/cursor.h"

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

// Item paths join an archive and its member by "!/", which a folder's name may end with too: the
// shortest front part that is a file is the archive.
std::optional<Place> place_of(const std::string& path) {
  for (std::size_t mark = path.find("!/"); mark != std::string::npos;
       mark = path.find("!/", mark + 1)) {
    if (const auto size = regular_file_size(path.substr(0, mark)))
      return Place{path.substr(0, mark), path.substr(mark), *size};
  }
  if (const auto size = regular_file_size(path)) return Place{path, "", *size};
  return std::nullopt;
}

// The evidence may have moved: below its new folder the path is looked for whole, then without its
// first folder, and so on down to the bare name.
std::optional<Place> find_place(const std::string& item_path, const std::string& folder) {
  if (folder.empty()) return place_of(item_path);
  std::string rest = item_path;
  for (;;) {
    while (rest.starts_with('/')) rest.erase(0, 1);
    if (const auto place = place_of(folder + "/" + rest)) return place;
    const std::size_t slash = rest.find('/');
    // Below "!/" only members follow, and they cannot be found without their archive.
    if (slash == std::string::npos || (slash > 0 && rest[slash - 1] == '!')) break;
    rest.erase(0, slash + 1);
  }
  // --evidence may name the file itself.
  const std::size_t mark = item_path.find("!/");
  if (const auto size = regular_file_size(folder))
    return Place{folder, mark == std::string::npos ? "" : item_path.substr(mark), *size};
  return std::nullopt;
}

// Reads the current item to its end and keeps what lies in the wanted range.
void read_item_bytes(ItemCursor& cursor, const Finding& finding, ReadAgain& out) {
  std::vector<std::byte> buffer(kReadBytes);
  const std::uint64_t begin = finding.offset_bytes;
  const std::uint64_t end =
      begin + std::min<std::uint64_t>(finding.length_bytes, UINT64_MAX - begin);
  std::uint64_t at = 0;
  for (;;) {
    const std::size_t got = cursor.read(buffer);
    if (got == 0) break;
    const std::uint64_t from = std::clamp(begin, at, at + got);
    const std::uint64_t to = std::clamp(end, at, at + got);
    if (from < to) {
      out.length_bytes += to - from;
      const std::uint64_t room =
          kReadAgainBytesMax - std::min<std::uint64_t>(kReadAgainBytesMax, out.bytes.size());
      const std::string_view piece =
          as_text(std::span<const std::byte>(buffer).subspan(from - at, to - from));
      out.bytes += piece.substr(0, room);
    }
    at += got;
  }
}

// Walks to the item; its digest afterwards, if it could be read whole.
std::optional<Sha256> walk_to(ItemCursor& cursor, const std::string& wanted, const Finding& finding,
                              bool& found, ReadAgain& out) {
  while (!found && cursor.next_item()) {
    if (cursor.is_container() || cursor.item().path != wanted) continue;
    found = true;
    read_item_bytes(cursor, finding, out);
  }
  if (!found) return std::nullopt;
  cursor.next_item();  // closes the item: only then is its digest final
  for (const Item& item : cursor.take_finished_items())
    if (item.path == wanted) return item.sha256;
  return std::nullopt;
}

}  // namespace

ReadAgain read_again(const Finding& finding, const CaseItem& item,
                     const std::string& evidence_folder) {
  ReadAgain out;
  const std::optional<Place> place = find_place(finding.item, evidence_folder);
  if (!place) {
    out.trouble = evidence_folder.empty()
                      ? "The evidence is not here any more under the path it was handed over with."
                      : fmt::format("The evidence is not in {}.", evidence_folder);
    return out;
  }
  out.path = place->file;
  const Limits limits;
  ItemIds ids;
  Result<ItemCursor> cursor = ItemCursor::open({place->file, place->size_bytes, true}, limits, ids);
  if (!cursor.ok()) {
    out.trouble = cursor.error().message;
    return out;
  }
  bool found = false;
  const std::optional<Sha256> digest =
      walk_to(cursor.value(), place->file + place->member, finding, found, out);
  if (!found) {
    out.trouble = fmt::format("{} has no member {} any more.", place->file, place->member);
  } else if (!item.item.sha256) {
    out.trouble =
        "The item could not be read whole when it was hunted, so the case has no SHA-256 to "
        "compare with: these bytes are not vouched for.";
  } else if (!digest) {
    out.trouble = "The item cannot be read to its end now: these bytes are not vouched for.";
  } else if (*digest != *item.item.sha256) {
    out.trouble = fmt::format(
        "The item has changed since it was hunted: its SHA-256 is {}, then it was "
        "{}. Its bytes are not shown, they may be others.",
        to_hex(*digest), to_hex(*item.item.sha256));
    out.bytes.clear();
    out.length_bytes = 0;
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
