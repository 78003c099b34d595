// The columns of a case that hold JSON. Arbitrary bytes read as such a column give something or
// nothing, never a crash; and arbitrary bytes written as the texts of one come back as they were.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "casefile/sqlite/json_column.h"

namespace {

using namespace pugmark;

void read_as_column(std::string_view json, const sqlite::Fields& fields) {
  (void)sqlite::text_list_from_json(json);
  (void)sqlite::because_from_json(json, fields);
  (void)sqlite::steps_from_json(json);
  const auto found = sqlite::fields_from_json(json);
  if (!found) return;
  (void)sqlite::because_from_json(json, *found);
}

void write_and_read(const std::string& text) {
  const std::string half = text.substr(0, text.size() / 2);
  const std::vector<std::string> list = {text, "", half};
  if (sqlite::text_list_from_json(sqlite::text_list_to_json(list)) != list) abort();
  if (text.size() > kFindingTextBytesMax) return;
  const std::vector<FileStep> steps = {{FileStep::Role::kSink, text, half, text.size(), 7, 1},
                                       {FileStep::Role::kSign, "", text, 0, 0, 0}};
  const std::string steps_json = sqlite::steps_to_json(steps);
  const auto steps_back = sqlite::steps_from_json(steps_json);
  if (!steps_back || sqlite::steps_to_json(*steps_back) != steps_json ||
      (*steps_back)[1].text != text)
    abort();
  const sqlite::Fields fields = {{half, text}, {text, half}, {"", ""}};
  std::string json;
  sqlite::fields_to_json(fields, json);
  if (sqlite::fields_from_json(json) != fields) abort();
  const std::vector<Because> because = {{half, text, text, text.size(), half},
                                        {text, text, half, std::nullopt, ""}};
  sqlite::because_to_json(because, fields, json);
  const auto found = sqlite::because_from_json(json, fields);
  if (!found || found->size() != because.size()) abort();
  Finding finding;
  finding.fields = fields;
  for (std::size_t i = 0; i < because.size(); ++i) {
    const Because& a = because[i];
    const Because& b = (*found)[i];
    if (a.field != b.field || text_of(a, finding) != text_of(b, finding) ||
        a.pattern != b.pattern || a.offset_bytes != b.offset_bytes || a.reading != b.reading)
      abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // char may alias any object, so this view of the input is allowed.
  const std::string bytes(reinterpret_cast<const char*>(data), size_bytes);
  read_as_column(bytes, {{"Image", "C:\\x.exe"}});
  write_and_read(bytes);
  return 0;
}
