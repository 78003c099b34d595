// The JSON reader on any bytes, whole and cut into many blocks, against its slow twin.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "events/json/elements.h"
#include "events/json/json_reader.h"
#include "events/json/json_twin.h"
#include "events/text/plain_testing.h"

using namespace pugmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view log = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  Limits limits;
  limits.fields_per_event = size_bytes + 1;  // the twin knows no limits
  limits.values_per_field = size_bytes + 1;
  // Deeper values are kept as text by the reader, without a look into them.
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (const char c : log) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  if (deepest >= limits.nesting_depth) return 0;
  ShapeTable shapes(limits);
  const ReaderOptions options{&limits, &shapes, false};
  const auto twin = json::read_slowly(log, limits);
  for (const std::size_t step : {std::size_t{7}, std::size_t{1} << 20U}) {
    const auto reader = json::make_json_reader(as_bytes(log), options);
    const auto fast = text::read_plainly(*reader, log, [&](std::size_t) { return step; });
    if (const auto fault = text::accounting_fault(fast, log); !fault.empty()) {
      std::fprintf(stderr, "broken promise: %s, step %zu\n", std::string(fault).c_str(), step);
      std::abort();
    }
    // Behind so many objects without an end the reader gives up the rest of a block, which the
    // twin does not: what is given up is a gap, and accounted for above.
    if (twin.gaps.size() > json::kCutOffMax) continue;
    if (fast.events != twin.events || fast.gaps != twin.gaps) {
      std::fprintf(stderr, "the reader and its twin disagree: %zu and %zu events, step %zu\n",
                   fast.events.size(), twin.events.size(), step);
      std::abort();
    }
  }
  return 0;
}
