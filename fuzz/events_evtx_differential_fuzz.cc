// The event log decoder against its slow twin: the same records, field names, values and rendering
// from any bytes. The first byte of the input chooses how the rest is read.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "events/evtx/agreement_testing.h"
#include "events/evtx/format.h"
#include "events/evtx/log_writer_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pugmark;
  if (size == 0 || size > evtx::kChunkBytes) return 0;
  const unsigned choice = data[0];
  // libFuzzer gives unsigned char; std::byte may be viewed as it.
  std::string chunk(as_text({reinterpret_cast<const std::byte*>(data) + 1, size - 1}));
  if ((choice & 1U) != 0) chunk.resize(evtx::kChunkBytes);
  std::string item = evtx::testing::LogWriter().finish() + chunk;
  if ((choice & 2U) == 0 && chunk.size() >= evtx::kChunkHeaderBytes) {
    std::memcpy(item.data() + evtx::kFileHeaderBytes, evtx::kChunkMagic.data(),
                evtx::kChunkMagic.size());
    evtx::testing::fix_checksums(item);
  }
  Limits limits;
  limits.name_bytes = 2 * evtx::kChunkBytes;  // the twin shortens nothing; UTF-8 is the longer
  if ((choice & 4U) != 0) limits.nesting_depth = 3;
  const std::string difference = evtx::first_difference(as_bytes(item), limits);
  if (!difference.empty()) {
    std::fprintf(stderr, "%s\n", difference.c_str());
    std::abort();
  }
  return 0;
}
