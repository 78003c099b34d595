#include <memory>
#include <string_view>

#include "events/evtx/evtx_reader.h"
#include "events/exchange/exchange_reader.h"
#include "events/json/json_reader.h"
#include "events/ncsa/ncsa_reader.h"
#include "events/reader.h"
#include "events/w3c/w3c_reader.h"

namespace pugmark {

// The formats in the order of how surely they are recognised: a signature, directives and headers,
// a syntax, what only looks like its lines, and last what has such lines behind a damaged front.
std::unique_ptr<Reader> make_reader(Bytes head, std::string_view path,
                                    const ReaderOptions& options) {
  if (evtx::is_evtx(head)) return evtx::make_evtx_reader(options);
  if (exchange::is_exchange_log(head)) return exchange::make_exchange_reader(path, options);
  if (w3c::is_w3c(head)) return w3c::make_w3c_reader(path, options);
  if (json::is_json(head)) return json::make_json_reader(head, options);
  if (ncsa::is_ncsa(head)) return ncsa::make_ncsa_reader(options);
  if (w3c::has_w3c_rows(head)) return w3c::make_w3c_reader(path, options);
  if (exchange::is_oab_generator_log(head)) return exchange::make_oab_generator_reader(options);
  if (ncsa::has_ncsa_lines(head)) return ncsa::make_ncsa_reader(options);
  if (json::has_json_line(head)) return json::make_json_reader(head, options);
  return nullptr;
}

}  // namespace pugmark
