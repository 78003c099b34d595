#pragma once

#include <map>
#include <memory>
#include <string>

#include "report/report.h"

// The formats of `export`, one class each. Private to this room.
namespace pugmark {

struct ExportContext {
  std::string program_version;
  std::map<std::string, LedgerEntry> rules;       // by id, those with findings
  std::map<std::string, std::string> item_types;  // by path, those with findings
};

// Turns findings into text, one after another.
class Exporter {
 public:
  virtual ~Exporter() = default;
  virtual std::string begin() { return {}; }
  virtual std::string row(const Finding& finding) = 0;
  virtual std::string end() { return {}; }
  // The format cannot carry findings without a time.
  virtual bool needs_time() const { return false; }
};

// `context` outlives the exporter.
std::unique_ptr<Exporter> make_exporter(ExportFormat format, const ExportContext& context);

std::unique_ptr<Exporter> make_timesketch_exporter(const ExportContext& context);
std::unique_ptr<Exporter> make_hayabusa_exporter(const ExportContext& context);
std::unique_ptr<Exporter> make_ocsf_exporter(const ExportContext& context);
std::unique_ptr<Exporter> make_navigator_exporter(const ExportContext& context);
std::unique_ptr<Exporter> make_csv_exporter(const ExportContext& context);

// One cell of a CSV file (RFC 4180), evidence escaped. A cell that a spreadsheet would take for a
// formula (behind any blanks it begins with = + - @, full-width or not, tab, CR or LF) gets an
// apostrophe in front.
std::string csv_cell(std::string_view text);
std::string csv_line(const std::vector<std::string>& cells);  // ends with CRLF

}  // namespace pugmark
