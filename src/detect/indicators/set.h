#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "detect/indicators/indicator.h"

namespace pugmark::indicators {

// All indicators of one kind of one list, and in which texts they stand. What stands in a text
// stands there by itself: 192.0.2.1 not in 192.0.2.10, example.org in www.example.org and not in
// badexample.org or example.org.example, a hash not in a longer row of digits. A user agent is the
// whole text. Texts are case-folded UTF-8 (base/text.h). Immutable; thread-safe.
class IndicatorSet {
 public:
  // All of them are of `kind`.
  IndicatorSet(Kind kind, std::vector<Indicator> indicators);
  ~IndicatorSet();
  IndicatorSet(const IndicatorSet&) = delete;
  IndicatorSet& operator=(const IndicatorSet&) = delete;

  Kind kind() const { return kind_; }
  std::span<const Indicator> indicators() const { return indicators_; }

  // Whether everything that stands in a value of a log's line, or in two joined by a question mark,
  // stands in the line as well, where blanks part the values. Not so of whole user agents with
  // wildcards, nor of URLs that hold the question mark or, by a wildcard, may.
  bool is_whole_in_line() const { return is_whole_in_line_; }

  // Whether any indicator stands in the text.
  bool holds(std::string_view folded_text) const;

  // The indexes of those that do, in order, at most `most`. What `ids` held is gone.
  void find(std::string_view folded_text, std::size_t most, std::vector<std::uint32_t>& ids) const;

 private:
  struct Tables;
  template <typename Visit>
  bool visit(std::string_view text, const Visit& take) const;

  Kind kind_;
  bool is_whole_in_line_ = true;
  std::vector<Indicator> indicators_;
  std::unique_ptr<const Tables> tables_;
};

// The slow twin of find(), without a limit: one search per indicator.
void find_reference(const IndicatorSet& set, std::string_view folded_text,
                    std::vector<std::uint32_t>& ids);

}  // namespace pugmark::indicators
