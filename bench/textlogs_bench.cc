// Decoding of text logs alone, one thread: no reading, no hashing, no rules. The logs are made
// here, but for the JSON recording, which is read from the file named by PUGMARK_BENCH_JSON.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "events/exchange/exchange_reader.h"
#include "events/json/json_reader.h"
#include "events/ncsa/ncsa_reader.h"
#include "events/text/blocks_testing.h"
#include "events/w3c/w3c_reader.h"

namespace {

using namespace pugmark;

constexpr std::size_t kLogBytes = std::size_t{16} << 20U;
constexpr std::size_t kBlockBytes = std::size_t{512} << 10U;

std::string repeated(std::string log, std::string_view row) {
  for (std::size_t i = 0; log.size() < kLogBytes; ++i) {
    std::string line(row);
    line.replace(line.find("####"), 4, std::to_string(1000 + i % 9000));
    log += line;
  }
  return log;
}

void decode(benchmark::State& state, Reader& reader, std::string log) {
  const std::size_t size = log.size();
  log.append(kBlockPadding, '\0');
  std::vector<Block> blocks;
  std::size_t begin = 0;
  while (begin < size) {
    const std::size_t shown = std::min(kBlockBytes, size - begin);
    const Bytes available = as_bytes(std::string_view(log).substr(begin, shown));
    const Cut cut = reader.cut(available, begin, begin + shown == size);
    if (cut.block_bytes == 0) break;
    blocks.push_back({available.first(cut.block_bytes), begin, ItemId{0}, false, cut.context});
    begin += cut.block_bytes;
  }
  const auto scratch = reader.new_scratch();
  EventBatch batch;
  std::size_t events_count = 0;
  std::uint64_t understood_bytes = 0;
  for (auto _ : state) {
    events_count = 0;
    understood_bytes = 0;
    for (const Block& block : blocks) {
      batch.clear();
      reader.decode(block, *scratch, batch);
      events_count += batch.events().size();
      understood_bytes += batch.understood_bytes;
    }
  }
  if (begin != size || understood_bytes != size || events_count == 0)
    state.SkipWithError("not everything was read");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
  state.counters["events"] = static_cast<double>(events_count);
}

struct Tables {
  Limits limits;
  ShapeTable shapes{limits};
  ReaderOptions options{&limits, &shapes, false};
};

void w3c_rows(benchmark::State& state) {
  Tables tables;
  const auto reader = w3c::make_w3c_reader("W3SVC1/u_ex.log", tables.options);
  decode(
      state, *reader,
      repeated("#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
               "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n",
               "2021-03-03 06:49:42 192.0.2.10 GET /owa/auth/logon.aspx &CorrelationID=<empty>;"
               "&cafeReqId=0f6f7c2e-0000-4000-8000-00000000####;&encoding=; 443 - 198.51.100.7 "
               "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64) - 200 0 0 133\r\n"));
}

void http_proxy_records(benchmark::State& state) {
  Tables tables;
  const auto reader = exchange::make_exchange_reader("HttpProxy/Owa/x.LOG", tables.options);
  decode(
      state, *reader,
      repeated("#Fields: DateTime,RequestId,MajorVersion,Protocol,UrlHost,UrlStem,Authenticated"
               "User,AnchorMailbox,UserAgent,ClientIpAddress,ServerHostName,HttpStatus,Method,"
               "RoutingHint,BackEndCookie,UrlQuery,A,B,C,D,E,F,GenericInfo,GenericErrors\r\n",
               "2021-03-03T06:49:42.772Z,0f6f7c2e-0000-4000-8000-00000000####,15,Owa,"
               "mail.example.org,/owa/service.svc,EXAMPLE\\a,Sid~S-1-5-21-1-2-3-1104,\"Mozilla/5.0 "
               "(X11, x)\",198.51.100.7,MX01,200,POST,WindowsIdentity,,?action=x,1,2,3,,,,"
               "BeginRequest=2021-03-03T06:49:42.700Z;EndRequest=2021-03-03T06:49:42.772Z;,\r\n"));
}

void ncsa_lines(benchmark::State& state) {
  Tables tables;
  const auto reader = ncsa::make_ncsa_reader(tables.options);
  decode(state, *reader,
         repeated("",
                  "198.51.100.7 - - [03/Mar/2021:06:49:42 +0000] \"GET /index.php?id=#### "
                  "HTTP/1.1\" 200 2326 \"https://www.example.org/\" \"Mozilla/5.0 (X11)\"\n"));
}

void json_lines(benchmark::State& state) {
  Tables tables;
  const char* const path = std::getenv("PUGMARK_BENCH_JSON");
  const std::string log =
      path != nullptr
          ? text::file_text(path)
          : repeated("",
                     "{\"SourceName\":\"Microsoft-Windows-Security-Auditing\",\"Channel\":"
                     "\"Security\",\"Hostname\":\"MX01.example.org\",\"TimeCreated\":"
                     "\"2021-03-14T01:39:32.609Z\",\"EventID\":4658,\"ObjectServer\":"
                     "\"Security\",\"ProcessId\":\"0x####\",\"ProcessName\":"
                     "\"C:\\\\Windows\\\\System32\\\\svchost.exe\"}\n");
  const auto reader = json::make_json_reader(
      as_bytes(std::string_view(log).substr(0, std::size_t{64} << 10U)), tables.options);
  decode(state, *reader, log);
}

BENCHMARK(w3c_rows);
BENCHMARK(http_proxy_records);
BENCHMARK(ncsa_lines);
BENCHMARK(json_lines);

}  // namespace

BENCHMARK_MAIN();
