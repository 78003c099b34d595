// The W3C reader on any bytes, whole and cut into many blocks, against its slow twin.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "events/text/plain_testing.h"
#include "events/w3c/w3c_reader.h"
#include "events/w3c/w3c_twin.h"

using namespace pugmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view log = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  const Limits limits;
  ShapeTable shapes(limits);
  const ReaderOptions options{&limits, &shapes, false};
  const auto twin = w3c::read_slowly(log, "W3SVC7/u_ex.log", limits);
  for (const std::size_t step : {std::size_t{7}, std::size_t{1} << 20U}) {
    const auto reader = w3c::make_w3c_reader("W3SVC7/u_ex.log", options);
    const auto fast = text::read_plainly(*reader, log, [&](std::size_t) { return step; });
    if (const auto fault = text::accounting_fault(fast, log); !fault.empty()) {
      std::fprintf(stderr, "broken promise: %s, step %zu\n", std::string(fault).c_str(), step);
      std::abort();
    }
    if (fast.events != twin.events) {
      std::fprintf(stderr, "the reader and its twin disagree: %zu and %zu events, step %zu\n",
                   fast.events.size(), twin.events.size(), step);
      std::abort();
    }
  }
  return 0;
}
