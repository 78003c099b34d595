// The Exchange reader on any bytes, whole and cut into many blocks, against its slow twin, and the
// reader of OAB generator logs for its own sake.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "events/exchange/exchange_reader.h"
#include "events/exchange/exchange_twin.h"
#include "events/text/fuzz_testing.h"

using namespace pugmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view log = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  constexpr std::string_view kPath = "HttpProxy/Ecp/x.LOG";
  Limits limits;
  limits.name_bytes = fuzzing::longest_name_bytes(size_bytes);
  Limits tight;
  tight.line_bytes = fuzzing::kShortLineBytes;
  ShapeTable shapes(limits);
  const auto twin = exchange::read_slowly(log, kPath, limits);
  const auto tight_twin = exchange::read_slowly(log, kPath, tight);
  for (const std::size_t step : fuzzing::kSteps) {
    const auto reader = exchange::make_exchange_reader(kPath, {&limits, &shapes, false});
    fuzzing::hold_to_twin(fuzzing::read_in_steps(*reader, log, step), twin, step);
    const ReaderOptions within{&tight, &shapes, false};
    const auto tight_reader = exchange::make_exchange_reader(kPath, within);
    fuzzing::hold_to_twin(fuzzing::read_in_steps(*tight_reader, log, step), tight_twin, step);
    fuzzing::read_in_steps(*exchange::make_oab_generator_reader({&limits, &shapes, false}), log,
                           step);
    fuzzing::read_in_steps(*exchange::make_oab_generator_reader(within), log, step);
  }
  exchange::is_exchange_log(as_bytes(log));
  exchange::is_oab_generator_log(as_bytes(log));
  return 0;
}
