#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/reference.h"

// The conformance table and what tests of Sigma share. Not part of the product.
namespace pugmark::sigma {

enum class Expected : std::uint8_t { kMatch, kNoMatch, kRejected };

struct ConformanceCase {
  std::string name;  // the number in the table
  std::string topic;
  std::string rule_text;  // a whole document
  NamedEvent event;
  Expected expected = Expected::kNoMatch;
};

// src/detect/sigma/testdata/conformance.yml. Aborts the test if it cannot be read.
std::vector<ConformanceCase> conformance_cases();

// A JSON object as an event; lists become multi-valued fields, nested objects dotted names.
NamedEvent event_from_json(std::string_view json);

// A whole rule document around the inside of `detection`; `{condition}` stands in it already.
std::string rule_around(std::string_view detection, std::string_view condition);

// Path of a file or folder below PUGMARK_DATA, or "" after printing which data is missing.
std::string data_path(std::string_view relative);

}  // namespace pugmark::sigma
