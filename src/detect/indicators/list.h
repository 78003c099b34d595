#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "detect/indicators/indicator.h"

// Reads lists of indicators: plain text and documents (AsciiDoc, Markdown), CSV, STIX 2.0 and 2.1,
// MISP events. Which of them a file is, is seen from what stands in it. docs/formats/indicators.md
// says what is understood.
namespace pugmark::indicators {

// What was meant as an indicator and cannot be looked for. Sentences.
struct Rejected {
  std::uint32_t line = 0;  // from 1; 0: `place` says where
  std::string place;       // JSON pointer
  std::string what;        // what was found and why it is of no use
  std::string hint;        // what to do about it, or ""
};

struct List {
  std::string file;                   // as handed over
  std::string title;                  // as the list says, or ""
  std::string format;                 // "text", "CSV", "STIX", "MISP"
  std::string author;                 // whoever made it, as it says, or ""
  std::vector<std::string> references;  // addresses of web pages that it names
  Sha256 sha256{};                    // of the file
  std::vector<Indicator> indicators;  // each kind and value once, in the order of the file
  // The first Limits::indicator_rejects of them; how many more there were is `unlisted_count`.
  std::vector<Rejected> rejected;
  std::uint64_t unlisted_count = 0;
  // What whoever hunts should know of the list: sentences.
  std::vector<std::string> notes;
};

// The list in `text`. Never fails: what cannot be understood is in `rejected`. The same text gives
// the same list. Thread-safe.
List parse_list(const std::string& file, std::string_view text, const Limits& limits);

// Reads a file. kNotFound: it is not there. kInvalidInput: it is no regular file, is longer than
// Limits::indicator_file_bytes, or holds no indicator at all. kIo: it cannot be read.
Result<List> load_list(const std::string& file, const Limits& limits);

}  // namespace pugmark::indicators
