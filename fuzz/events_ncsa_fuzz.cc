// The NCSA reader on any bytes, whole and cut into many blocks, against its slow twin.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "events/ncsa/ncsa_reader.h"
#include "events/ncsa/ncsa_twin.h"
#include "events/text/fuzz_testing.h"

using namespace pugmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view log = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  const Limits limits;
  Limits tight;
  tight.line_bytes = fuzzing::kShortLineBytes;
  ShapeTable shapes(limits);
  const auto twin = ncsa::read_slowly(log);
  for (const std::size_t step : fuzzing::kSteps) {
    const auto reader = ncsa::make_ncsa_reader({&limits, &shapes, false});
    fuzzing::hold_to_twin(fuzzing::read_in_steps(*reader, log, step), twin, step);
    fuzzing::read_in_steps(*ncsa::make_ncsa_reader({&tight, &shapes, false}), log, step);
  }
  return 0;
}
