#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "events/text/fields.h"

namespace pugmark::ncsa {

// The parts of one line, as written; data() == nullptr where the line has none.
struct Line {
  std::string_view host;  // the server's name, of formats that begin with it
  std::string_view client;
  std::string_view user;
  std::string_view method;
  std::string_view stem;
  std::string_view query;
  std::string_view version;
  std::string_view status;
  std::string_view bytes;
  std::string_view referer;
  std::string_view user_agent;
  std::string_view rest;     // what stands behind them
  ParsedTime time;           // precision kUnknown if it cannot be read
  bool has_referer = false;  // combined format
};

// Takes a line apart:
//   [HOST] CLIENT IDENT USER [10/Oct/2000:13:55:36 -0700] "METHOD URI VERSION" STATUS BYTES
//   ["REFERER" "USER AGENT"] [REST]
// Nothing if it has no such form. A quote inside a quoted part is written \" ; parts keep their
// escapes as written.
std::optional<Line> parse_line(std::string_view line);

// "10/Oct/2000:13:55:36 -0700".
std::optional<ParsedTime> parse_ncsa_time(std::string_view text);

}  // namespace pugmark::ncsa
