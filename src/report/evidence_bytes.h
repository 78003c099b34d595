#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "casefile/casefile.h"
#include "detect/finding.h"

// Goes back to the evidence and reads the bytes a finding stands on. Private to this room.
namespace pugmark {

struct ReadAgain {
  bool verified = false;           // the whole item has the SHA-256 it had when hunted, and the
                                   // bytes are all there
  std::string path;                // of the file that was opened, "" if none was found
  std::string trouble;             // why the bytes are not shown, or not vouched for; a sentence
  std::uint64_t length_bytes = 0;  // that stand in the item at the locator, up to the wanted length
  std::string bytes;               // the first of them, at most kReadAgainBytesMax
  // What stands at the places of other comparisons, outside of these bytes: of a file the other
  // strings of a rule. In order, without overlap, at most kPartsMax of kPartBytes or so.
  struct Part {
    std::uint64_t offset_bytes = 0;
    std::uint64_t length_bytes = 0;  // wanted
    std::string bytes;               // that stand there
  };
  std::vector<Part> parts;
};
inline constexpr std::size_t kPartsMax = 20;
inline constexpr std::uint64_t kPartBytes = 64;
inline constexpr std::uint64_t kReadAgainBytesMax = 1 << 20;

// The limits to read again with: those the hunt ran with, as the case says. A case may be forged,
// so it raises none beyond kRaisedAtMost times its default.
struct GrantedLimits {
  Limits limits;
  std::string note;  // a sentence if they are not what the case says; "" if they are
};
inline constexpr std::uint64_t kRaisedAtMost = 8;
GrantedLimits granted_limits(const CaseFacts& facts);

// An item's path taken apart: what was handed over, and "!/..." of a member.
struct ItemPath {
  std::string file;
  std::string member;
};

// `evidence_folder`: where the evidence is now, or "" for the path as handed over. The item is read
// to its end, because only its whole digest says that it is the same.
ReadAgain read_again(const Finding& finding, const CaseItem& item, const ItemPath& path,
                     const std::string& evidence_folder, const GrantedLimits& granted);

// "00001000  4d 5a 90 00 ...  MZ.." of 16 bytes a line, addressed from `offset_bytes`.
std::string hex_dump(std::string_view bytes, std::uint64_t offset_bytes);

struct TextRun {
  std::uint64_t offset_bytes = 0;  // in the bytes
  std::string text;                // UTF-8
};
// Runs of at least `characters_min` printable characters in UTF-16LE, at any alignment: what a
// binary Windows log says in words. Nothing is known of where its values begin and end: two that
// stand side by side are one run, and a number in front of them may look like a character. At most
// `runs_max`.
std::vector<TextRun> utf16_runs(std::string_view bytes, std::size_t characters_min,
                                std::size_t runs_max);

}  // namespace pugmark
