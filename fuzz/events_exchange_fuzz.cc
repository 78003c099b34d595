// The Exchange reader on any bytes, whole and cut into many blocks, against its slow twin, and the
// reader of OAB generator logs for its own sake.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "events/exchange/exchange_reader.h"
#include "events/exchange/exchange_twin.h"
#include "events/text/plain_testing.h"

using namespace pugmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view log = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  constexpr std::string_view kPath = "HttpProxy/Ecp/x.LOG";
  const Limits limits;
  ShapeTable shapes(limits);
  const ReaderOptions options{&limits, &shapes, false};
  const auto twin = exchange::read_slowly(log, kPath, limits);
  for (const std::size_t step : {std::size_t{7}, std::size_t{1} << 20U}) {
    const auto oab = exchange::make_oab_generator_reader(options);
    const auto plain = text::read_plainly(*oab, log, [&](std::size_t) { return step; });
    const auto reader = exchange::make_exchange_reader(kPath, options);
    const auto fast = text::read_plainly(*reader, log, [&](std::size_t) { return step; });
    std::string_view fault = text::accounting_fault(plain, log);
    if (fault.empty()) fault = text::accounting_fault(fast, log);
    if (!fault.empty()) {
      std::fprintf(stderr, "broken promise: %s, step %zu\n", std::string(fault).c_str(), step);
      std::abort();
    }
    if (fast.events != twin.events) {
      std::fprintf(stderr, "the reader and its twin disagree: %zu and %zu events, step %zu\n",
                   fast.events.size(), twin.events.size(), step);
      std::abort();
    }
  }
  exchange::is_exchange_log(as_bytes(log));
  exchange::is_oab_generator_log(as_bytes(log));
  return 0;
}
