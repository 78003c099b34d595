#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "detect/indicators/indicator.h"

// What a single piece of text is an indicator of, if it is one. Thread-safe.
namespace pugmark::indicators {

// What the list says a value is, as far as it does.
enum class Hint : std::uint8_t {
  kNone,
  kHash,     // of any kind
  kAddress,  // or a network
  kDomain,
  kUrl,
  kPath,      // of a file, or of a page
  kFileName,  // or a path
  kUserAgent,
  kUnsupported,  // a kind of thing that is never looked for
};

// The hint for the name of a type, column or label ("SHA256", "ip-dst", "File name"); kNone for
// "indicator" or "value". Nothing if the word is none.
std::optional<Hint> hint_of(std::string_view word);

// Undoes what keeps a link from being clicked: hxxp, [.], (dot), {.}, [:]//, [at], zero-width
// characters. The text without them, or nothing if there are none.
std::optional<std::string> refanged(std::string_view text);

// Why a text is no indicator: a clause for "... : WHY.", and what to do.
struct NoIndicator {
  std::string why;
  std::string hint;
};

// Only kind, value, has_wildcards and written are set. Blanks around the text, one pair of quotes
// or back-ticks and a comma or full stop behind it do not count.
std::variant<Indicator, NoIndicator> classify(std::string_view text, Hint hint = Hint::kNone);

// A remark on an indicator that is good but may match more than it should: private addresses,
// names that half the world asks for. "" for most.
std::string remark_on(const Indicator& indicator);

// A hash, an address, a URL or something defanged: what no sentence holds by chance.
bool is_plainly_an_indicator(std::string_view text);

}  // namespace pugmark::indicators
