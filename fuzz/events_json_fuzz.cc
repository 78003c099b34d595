// The JSON reader on any bytes, whole and cut into many blocks, against its slow twin.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "events/json/elements.h"
#include "events/json/json_reader.h"
#include "events/json/json_twin.h"
#include "events/text/fuzz_testing.h"

using namespace pugmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view log = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  Limits limits;
  limits.fields_per_event = size_bytes + 1;  // the twin leaves nothing out
  limits.values_per_field = size_bytes + 1;
  limits.name_bytes = fuzzing::longest_name_bytes(size_bytes);
  // Deeper values are kept as text by the reader, without a look into them.
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (const char c : log) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  if (deepest >= limits.nesting_depth) return 0;
  Limits tight = limits;
  tight.record_bytes = fuzzing::kShortLineBytes;
  ShapeTable shapes(limits);
  const auto twin = json::read_slowly(log, limits);
  for (const std::size_t step : fuzzing::kSteps) {
    const auto reader = json::make_json_reader(as_bytes(log), {&limits, &shapes, false});
    const auto fast = fuzzing::read_in_steps(*reader, log, step);
    const auto within = json::make_json_reader(as_bytes(log), {&tight, &shapes, false});
    fuzzing::read_in_steps(*within, log, step);
    // Behind so many objects without an end the reader gives up the rest of a block, which the
    // twin does not: what is given up is a gap, and accounted for.
    if (twin.gaps.size() > json::kCutOffMax) continue;
    fuzzing::hold_to_twin(fast, twin, step);
    if (fast.gaps != twin.gaps) {
      std::fprintf(stderr, "the reader and its twin disagree in their gaps, step %zu\n", step);
      std::abort();
    }
  }
  return 0;
}
