// How fast event logs are decoded, without matching, hashing or reading from disk:
//   evtx_decode_bench FILE.evtx [ROUNDS [wanted|unwanted]]
// The file is read into memory once and decoded ROUNDS times by one thread; every value of every
// event is consumed (its size, type and first byte go into a sum that is printed and must be equal
// in every round). Prints events/s and MB/s of the median round, in processor
// time. One round and `unwanted` suit callgrind. A dense file is needed for MB/s to mean anything:
// samples are mostly slack.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <vector>

#include "events/evtx/evtx_reader.h"

namespace {

using namespace pugmark;

struct WantNothing : ShapeListener {
  bool wants(const Shape&) override { return false; }
};

struct Totals {
  std::uint64_t events = 0;
  std::uint64_t values = 0;
  std::uint64_t sum = 0;
  std::uint64_t gaps = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

void consume(const Event& event, Totals& totals) {
  ++totals.events;
  totals.sum += event.record_id + event.where.offset_bytes + event.computer.size;
  if (event.values == nullptr) return;
  const std::size_t count = event.shape->fields.size();
  totals.values += count;
  for (std::size_t slot = 0; slot < count; ++slot) {
    const Value& value = event.values[slot];
    totals.sum += value.size + static_cast<std::uint64_t>(value.type);
    if (value.size != 0)
      totals.sum += std::to_integer<std::uint64_t>(*static_cast<const std::byte*>(value.data));
  }
}

Totals decode_all(Bytes item, Reader& reader, DecodeScratch& scratch, EventBatch& batch) {
  Totals totals;
  for (std::size_t at = 0; at < item.size();) {
    Cut cut = reader.cut(item.subspan(at), at, false);
    if (cut.block_bytes == 0) cut = reader.cut(item.subspan(at), at, true);
    batch.clear();
    const Block block{item.subspan(at, cut.block_bytes), at, ItemId{0},
                      at + cut.block_bytes == item.size(), cut.context};
    reader.decode(block, scratch, batch);
    for (const Event& event : batch.events()) consume(event, totals);
    totals.gaps += batch.gaps().size();
    at += cut.block_bytes;
  }
  return totals;
}

// Processor time of this thread: other programs on the machine disturb it less than a wall clock.
double thread_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<char> read_file(const char* path) {
  std::vector<char> bytes;
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return bytes;
  std::fseek(file, 0, SEEK_END);
  bytes.resize(static_cast<std::size_t>(std::ftell(file)));
  std::rewind(file);
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  std::fclose(file);
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<char> file = argc > 1 ? read_file(argv[1]) : std::vector<char>{};
  if (file.empty()) {
    fmt::print(stderr, "usage: evtx_decode_bench FILE.evtx [ROUNDS [wanted|unwanted]]\n");
    return 2;
  }
  std::size_t rounds = 11;
  if (argc > 2) {
    const std::string_view text = argv[2];
    std::from_chars(text.data(), text.data() + text.size(), rounds);
  }
  const std::size_t size = file.size();
  file.resize(size + kBlockPadding);
  WantNothing nobody;
  const Limits limits;
  const bool unwanted = argc > 3 && std::string_view(argv[3]) == "unwanted";
  ShapeTable shapes(limits, unwanted ? &nobody : nullptr);
  const ReaderOptions options{&limits, &shapes, false};
  const Bytes item = as_bytes({file.data(), size});
  const auto scratch = evtx::make_evtx_reader(options)->new_scratch();
  EventBatch batch;
  std::vector<double> seconds;
  Totals first;
  for (std::size_t round = 0; round < std::max<std::size_t>(rounds, 1); ++round) {
    const auto reader = evtx::make_evtx_reader(options);
    const double begin = thread_seconds();
    const Totals totals = decode_all(item, *reader, *scratch, batch);
    seconds.push_back(thread_seconds() - begin);
    if (round == 0) first = totals;
    if (totals != first) {
      fmt::print(stderr, "round {} gave another result than the first\n", round);
      return 1;
    }
  }
  std::ranges::sort(seconds);
  const double median = seconds[seconds.size() / 2];
  fmt::print("{} events, {} values, {} gaps, sum {:016x}\n", first.events, first.values,
             first.gaps, first.sum);
  fmt::print("{:.0f} MB/s, {:.3f} M events/s, {:.0f} ns/event (median of {}; best {:.0f} MB/s)\n",
             static_cast<double>(size) / median / 1e6,
             static_cast<double>(first.events) / median / 1e6,
             median * 1e9 / static_cast<double>(first.events), seconds.size(),
             static_cast<double>(size) / seconds.front() / 1e6);
  return 0;
}
