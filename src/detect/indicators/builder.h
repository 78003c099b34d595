#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits.h"
#include "detect/indicators/classify.h"
#include "detect/indicators/list.h"

// What the readers of all formats share.
namespace pugmark::indicators {

struct Place {
  std::uint32_t line = 0;
  std::string pointer;
  bool is_doubted = false;  // the list itself doubts what stands there: Indicator::is_doubted
};

// Fills a list and keeps it within its limits. One thread.
class ListBuilder {
 public:
  ListBuilder(List& list, const Limits& limits) : list_(list), limits_(limits) {}

  // The value becomes an indicator or is rejected. True if it is one.
  bool add(std::string_view value, Hint hint, const std::string& about, const Place& place);
  // The same with a type as MISP names it: "sha256", "ip-dst|port", "filename|md5".
  void add_typed(std::string_view type, std::string_view value, const std::string& about,
                 const Place& place);
  void add(Indicator indicator, const std::string& about, const Place& place);

  void reject(std::string what, std::string hint, const Place& place);
  void reject_value(std::string_view value, const NoIndicator& why, const Place& place);

  // What is said to say nothing to look for: comments, links, sizes.
  void skip(std::string_view type);
  // Marked by the list itself as not meant for detection.
  void count_no_detection() { ++no_detection_count_; }
  void count_sentence() { ++sentences_count_; }
  void note_link(std::string_view link);

  // Writes the notes. The builder is of no use afterwards.
  void finish();

 private:
  void note_remark(const Indicator& indicator);

  List& list_;
  const Limits& limits_;
  std::unordered_map<std::string, std::size_t> known_;  // where in the list
  std::uint64_t repeated_count_ = 0;
  std::uint64_t beyond_count_ = 0;
  std::uint64_t skipped_count_ = 0;
  std::string skipped_types_;
  std::uint64_t no_detection_count_ = 0;
  std::uint64_t sentences_count_ = 0;
  std::uint64_t links_count_ = 0;
  std::string first_link_;
  std::uint64_t remarks_count_ = 0;
};

// One part behind another, "; " between. What grows beyond a few hundred bytes is cut.
void add_about(std::string_view part, std::string& about);

// Names whoever made the list, and where more is to be read: each once, a few of them.
void add_author(std::string_view name, List& list);
void add_reference(std::string_view url, List& list);

// The readers. Each fills the list's format, and its title if the text has one.
void parse_text(std::string_view text, const Limits& limits, ListBuilder& builder, List& list);
void parse_csv(std::string_view text, char delimiter, const Limits& limits, ListBuilder& builder,
               List& list);
// False if the text is no JSON.
bool parse_json(std::string_view text, ListBuilder& builder, List& list);

// The delimiter, if the text looks like CSV with a header that names columns of indicators.
std::optional<char> csv_delimiter(std::string_view text);

std::string_view trimmed_blanks(std::string_view text);
// The next line without its end; `rest` moves behind it.
std::string_view next_line(std::string_view& rest);

}  // namespace pugmark::indicators
