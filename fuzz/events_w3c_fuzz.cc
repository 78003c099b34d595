// The W3C reader on any bytes, whole and cut into many blocks, against its slow twin.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "events/text/fuzz_testing.h"
#include "events/w3c/w3c_reader.h"
#include "events/w3c/w3c_twin.h"

using namespace pugmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view log = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  constexpr std::string_view kPath = "W3SVC7/u_ex.log";
  Limits limits;
  limits.name_bytes = fuzzing::longest_name_bytes(size_bytes);
  Limits tight;
  tight.line_bytes = fuzzing::kShortLineBytes;
  ShapeTable shapes(limits);
  const auto twin = w3c::read_slowly(log, kPath, limits);
  for (const std::size_t step : fuzzing::kSteps) {
    const auto reader = w3c::make_w3c_reader(kPath, {&limits, &shapes, false});
    fuzzing::hold_to_twin(fuzzing::read_in_steps(*reader, log, step), twin, step);
    fuzzing::read_in_steps(*w3c::make_w3c_reader(kPath, {&tight, &shapes, false}), log, step);
  }
  return 0;
}
