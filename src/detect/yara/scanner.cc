#include "detect/yara/scanner.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <exception>
#include <fmt/format.h>
#include <new>
#include <utility>
#include <yara.h>

namespace pugmark::yara {
namespace {

// So many strings of one window may be too complex before it is given up.
constexpr std::size_t kUnsearchedStringsMax = 16;

struct ScannerDeleter {
  void operator()(YR_SCANNER* scanner) const { yr_scanner_destroy(scanner); }
};

// What is done to libyara's own structures below was read in the source of this version.
static_assert(YR_MAJOR_VERSION == 4 && YR_MINOR_VERSION == 2, "see that nothing of it has changed");

// libyara keeps up to a million matches of each string of which it needs more than the first: with
// public rules 2 GB for a file of 4 MB full of "%>". It has no setting for less, but the count it
// compares with that number is at hand: it begins higher for the time of the search.
class MatchCounts {
 public:
  MatchCounts(YR_SCANNER& scanner, std::uint64_t most)
      : scanner_(scanner),
        head_start_(YR_MAX_STRING_MATCHES - static_cast<std::int32_t>(std::clamp<std::uint64_t>(
                                                most, 1, YR_MAX_STRING_MATCHES))) {
    for (std::uint32_t i = 0; i < scanner.rules->num_strings; ++i) {
      const YR_STRING& string = scanner.rules->strings_table[i];
      if (!STRING_IS_SINGLE_MATCH(&string) || STRING_IS_CHAIN_PART(&string)) counted_.push_back(i);
    }
  }

  void begin_search() { add(head_start_); }
  void end_search() { add(-head_start_); }

 private:
  void add(std::int32_t count) {
    for (const std::uint32_t string : counted_) {
      scanner_.matches[string].count += count;
      scanner_.unconfirmed_matches[string].count += count;
    }
  }

  YR_SCANNER& scanner_;
  std::int32_t head_start_;
  std::vector<std::uint32_t> counted_;  // by libyara's index
};

// The one block that libyara sees.
struct Search {
  YR_MEMORY_BLOCK block{};
  std::uint64_t file_size_bytes = 0;
  MatchCounts* counts = nullptr;  // null once the block was searched
};

Search& search_of(YR_MEMORY_BLOCK_ITERATOR* iterator) {
  return *static_cast<Search*>(iterator->context);
}

const std::uint8_t* block_data(YR_MEMORY_BLOCK* block) {
  return static_cast<const std::uint8_t*>(block->context);
}

YR_MEMORY_BLOCK* first_block(YR_MEMORY_BLOCK_ITERATOR* iterator) {
  return &search_of(iterator).block;
}

// First asked for behind the search and in front of the conditions, then by conditions.
YR_MEMORY_BLOCK* next_block(YR_MEMORY_BLOCK_ITERATOR* iterator) {
  Search& search = search_of(iterator);
  if (search.counts != nullptr) search.counts->end_search();
  search.counts = nullptr;
  return nullptr;
}

std::uint64_t file_size(YR_MEMORY_BLOCK_ITERATOR* iterator) {
  return search_of(iterator).file_size_bytes;
}

std::string reason_of(int code) {
  switch (code) {
    case ERROR_TOO_MANY_RE_FIBERS:
      return "a regular expression in a condition is too complex";
    case ERROR_EXEC_STACK_OVERFLOW:
      return "a condition is nested too deeply";
    default:
      return fmt::format("libyara ended with its error {}", code);
  }
}

}  // namespace

struct Scanner::State {
  State(const Rules& all_rules, const Limits& all_limits);

  int run(const Window& window);
  void define(const FileNames& names);
  void start();
  int handle(int message, void* data);
  void add_match(const YR_RULE& rule);
  void list(RuleMatch& match, const YR_RULE& rule) const;
  void add_unsearched(const YR_STRING& string, bool is_too_frequent);
  std::uint32_t string_of(const YR_STRING& string) const;

  static int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* user_data);

  const Rules& rules;
  const Limits limits;
  std::unique_ptr<YR_SCANNER, ScannerDeleter> scanner;
  std::unique_ptr<MatchCounts> counts;
  std::array<std::string, std::size(kExternalVariables)> defined;
  std::vector<std::uint32_t> too_complex;  // strings of libyara, by its index
  const std::atomic<bool>* stop = nullptr;
  std::exception_ptr exception;  // on its way through libyara, which is C
  Scan scan;
};

Scanner::State::State(const Rules& all_rules, const Limits& all_limits)
    : rules(all_rules), limits(all_limits) {
  if (rules.compiled() == nullptr) return;
  YR_SCANNER* raw = nullptr;
  if (yr_scanner_create(rules.compiled(), &raw) != ERROR_SUCCESS) throw std::bad_alloc();
  scanner.reset(raw);
  counts = std::make_unique<MatchCounts>(*raw, limits.yara_string_matches);
  yr_scanner_set_callback(raw, on_message, this);
  // Without NO_TRYCATCH libyara would catch the program's signals; the window is in memory. With
  // FAST_MODE it finds each string once, unless the condition asks for more (see rules.cc).
  yr_scanner_set_flags(
      raw, SCAN_FLAGS_REPORT_RULES_MATCHING | SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_FAST_MODE);
  yr_scanner_set_timeout(raw,
                         static_cast<int>(std::min<std::uint64_t>(limits.yara_seconds, 1'000'000)));
}

void Scanner::State::define(const FileNames& names) {
  const std::array<std::string_view, std::size(kExternalVariables)> values{
      names.name, names.path, names.extension, names.type, names.owner};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (defined[i] == values[i]) continue;
    defined[i] = values[i];
    if (yr_scanner_define_string_variable(scanner.get(), kExternalVariables[i],
                                          defined[i].c_str()) != ERROR_SUCCESS)
      throw std::bad_alloc();
  }
}

void Scanner::State::start() {
  scan.end = Scan::End::kComplete;
  scan.why.clear();
  scan.matches.clear();
  scan.unsearched.clear();
  too_complex.clear();
}

int Scanner::State::run(const Window& window) {
  // libyara forgets neither from one file to the next.
  scanner->entry_point = YR_UNDEFINED;
  scanner->last_error_string = nullptr;
  for (const std::uint32_t string : too_complex)
    yr_bitmask_set(scanner->strings_temp_disabled, string);
  Search search;
  search.block.size = window.bytes.size();
  search.block.base = window.offset_bytes;
  search.block.fetch_data = block_data;
  // libyara's blocks can be written to by those who make them; nobody does here.
  search.block.context = const_cast<std::byte*>(window.bytes.data());
  search.file_size_bytes = window.file_size_bytes;
  search.counts = counts.get();
  counts->begin_search();  // libyara sets all to 0 at the end, however it ends
  YR_MEMORY_BLOCK_ITERATOR iterator{};
  iterator.context = &search;
  iterator.first = first_block;
  iterator.next = next_block;
  iterator.file_size = file_size;
  iterator.last_error = ERROR_SUCCESS;
  return yr_scanner_scan_mem_blocks(scanner.get(), &iterator);
}

int Scanner::State::on_message(YR_SCAN_CONTEXT* /*context*/, int message, void* data,
                               void* user_data) {
  auto& state = *static_cast<State*>(user_data);
  try {
    return state.handle(message, data);
  } catch (...) {
    state.exception = std::current_exception();
    return CALLBACK_ERROR;
  }
}

int Scanner::State::handle(int message, void* data) {
  if (stop != nullptr && stop->load(std::memory_order_relaxed)) return CALLBACK_ERROR;
  if (message == CALLBACK_MSG_RULE_MATCHING) add_match(*static_cast<const YR_RULE*>(data));
  if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
    add_unsearched(*static_cast<const YR_STRING*>(data), true);
  return CALLBACK_CONTINUE;
}

void Scanner::State::add_match(const YR_RULE& rule) {
  const std::int32_t index =
      rules.rule_of(static_cast<std::size_t>(&rule - rules.compiled()->rules_table));
  if (index < 0) return;
  RuleMatch& match = scan.matches.emplace_back();
  match.rule = static_cast<std::uint32_t>(index);
  list(match, rule);
}

// The first place of each string comes before the second of any.
void Scanner::State::list(RuleMatch& match, const YR_RULE& rule) const {
  const auto room = [&] { return match.strings.size() < limits.yara_matches; };
  std::uint32_t index = 0;
  const YR_STRING* string = nullptr;
  for (const bool is_first_round : {true, false}) {
    index = 0;
    yr_rule_strings_foreach((&rule), string) {
      if (string->chained_to != nullptr) continue;  // a further part of the string before
      bool is_first = true;
      const YR_MATCH* found = nullptr;
      yr_string_matches_foreach(scanner.get(), string, found) {
        if (is_first == is_first_round) {
          if (room()) {
            match.strings.push_back({index, static_cast<std::uint64_t>(found->offset),
                                     static_cast<std::uint32_t>(found->match_length)});
          } else {
            ++match.unlisted_count;
          }
        }
        is_first = false;
      }
      ++index;
    }
  }
  std::sort(match.strings.begin(), match.strings.end(),
            [](const StringMatch& a, const StringMatch& b) {
              return std::pair(a.string, a.offset_bytes) < std::pair(b.string, b.offset_bytes);
            });
}

// The index in Rule::strings: libyara takes long strings apart and counts each part.
std::uint32_t Scanner::State::string_of(const YR_STRING& string) const {
  const YR_STRING* wanted = &string;
  while (wanted->chained_to != nullptr) wanted = wanted->chained_to;
  std::uint32_t index = 0;
  const YR_STRING* at = rules.compiled()->rules_table[string.rule_idx].strings;
  for (; at != wanted; ++at)
    if (at->chained_to == nullptr) ++index;
  return index;
}

void Scanner::State::add_unsearched(const YR_STRING& string, bool is_too_frequent) {
  const std::int32_t rule = rules.rule_of(string.rule_idx);
  if (rule < 0) return;  // a copy of a rule, which is searched for under its own name
  scan.unsearched.push_back({static_cast<std::uint32_t>(rule), string_of(string), is_too_frequent});
}

Scanner::Scanner(const Rules& rules, const Limits& limits)
    : state_(std::make_unique<State>(rules, limits)) {}
Scanner::~Scanner() = default;

const Scan& Scanner::scan(const Window& window, const FileNames& names,
                          const std::atomic<bool>* stop) {
  State& state = *state_;
  Scan& scan = state.scan;
  state.start();
  state.stop = stop;
  if (state.scanner == nullptr) return scan;
  state.define(names);
  int code = ERROR_SUCCESS;
  do {
    scan.matches.clear();
    scan.unsearched.clear();
    for (const std::uint32_t string : state.too_complex)
      state.add_unsearched(state.rules.compiled()->strings_table[string], false);
    const bool is_stopped = stop != nullptr && stop->load(std::memory_order_relaxed);
    code = is_stopped ? ERROR_CALLBACK_ERROR : state.run(window);
    if (code != ERROR_TOO_MANY_RE_FIBERS || state.scanner->last_error_string == nullptr) break;
    // One string must not blind all rules: the window is searched again without it.
    state.too_complex.push_back(state.scanner->last_error_string->idx);
  } while (state.too_complex.size() <= kUnsearchedStringsMax);
  if (state.exception != nullptr) std::rethrow_exception(std::exchange(state.exception, nullptr));
  if (code == ERROR_INSUFFICIENT_MEMORY) throw std::bad_alloc();
  if (code == ERROR_SUCCESS) return scan;
  scan.matches.clear();
  scan.end = code == ERROR_SCAN_TIMEOUT     ? Scan::End::kTimedOut
             : code == ERROR_CALLBACK_ERROR ? Scan::End::kStopped
                                            : Scan::End::kFailed;
  if (scan.end == Scan::End::kFailed) scan.why = reason_of(code);
  return scan;
}

}  // namespace pugmark::yara
