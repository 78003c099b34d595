#include <algorithm>
#include <re2/re2.h>

#include "base/text.h"
#include "detect/indicators/set.h"
#include "detect/indicators/stand.h"
#include "detect/sigma/cidr.h"

namespace pugmark::indicators {
namespace {

bool is_name_byte(char c) {
  return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_word_byte(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

bool follows_escape(std::string_view text, std::size_t at) {
  return at >= 3 && text[at - 3] == '%' && is_hex_digit(text[at - 1]) && is_hex_digit(text[at - 2]);
}

bool name_goes_on(std::string_view text, std::size_t at) {
  const std::size_t next = text.find_first_not_of('.', at);
  return next != std::string_view::npos && is_name_byte(text[next]);
}

bool hash_at(std::string_view text, std::size_t at, std::size_t end) {
  return (at == 0 || !is_word_byte(text[at - 1])) &&
         (end == text.size() || !is_word_byte(text[end]));
}

bool domain_at(std::string_view text, std::size_t at, std::size_t end) {
  const bool begins = at == 0 || !is_name_byte(text[at - 1]) || follows_escape(text, at);
  return begins && !name_goes_on(text, end);
}

// Every substring that could be an address, read by the parser of Sigma's networks.
bool address_stands(const sigma::Cidr& network, std::string_view text) {
  static const re2::RE2 kV4(
      R"((?:^|[^0-9a-z._])((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?:[^0-9a-z._]|\.(?:[^0-9a-z_]|$)|$))",
      re2::RE2::Latin1);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    // Overlapping matches: each place is tried by itself, the character before it included.
    const std::string_view here = text.substr(at);
    re2::StringPiece group;
    if (kV4.Match({here.data(), here.size()}, 0, here.size(), re2::RE2::ANCHOR_START, nullptr, 0)) {
      re2::StringPiece groups[2];
      kV4.Match({here.data(), here.size()}, 0, here.size(), re2::RE2::ANCHOR_START, groups, 2);
      const auto address = sigma::parse_address({groups[1].data(), groups[1].size()});
      const bool is_at_start = groups[1].data() == here.data();
      if (address && (at == 0 || !is_at_start) && sigma::contains(network, *address)) return true;
    }
  }
  static const re2::RE2 kV6(R"(([0-9a-f:.]+))", re2::RE2::Latin1);
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece run;
  while (re2::RE2::FindAndConsume(&rest, kV6, &run)) {
    std::string_view word(run.data(), run.size());
    const std::size_t begin = static_cast<std::size_t>(word.data() - text.data());
    const std::size_t end = begin + word.size();
    // A dot in front, as behind a sentence, hides the address: it may be part of a name.
    if (begin > 0 && (is_word_byte(text[begin - 1]) || text[begin - 1] == '_')) continue;
    if (end < text.size() && (is_word_byte(text[end]) || text[end] == '_')) continue;
    while (word.ends_with('.')) word.remove_suffix(1);
    if (word.ends_with(':') && !word.ends_with("::")) word.remove_suffix(1);
    if (std::count(word.begin(), word.end(), ':') < 2) continue;
    const auto address = sigma::parse_address(word);
    if (address && sigma::contains(network, *address)) return true;
  }
  return false;
}

bool stands(const Indicator& indicator, std::string_view text) {
  const std::string_view value = indicator.value;
  switch (indicator.kind) {
    case Kind::kAddress:
    case Kind::kNetwork: {
      bool host_bits = false;
      const auto network = sigma::parse_network(value, host_bits);
      return network && address_stands(*network, text);
    }
    case Kind::kUserAgent:
      return indicator.has_wildcards ? is_whole(indicator, text) : text == value;
    case Kind::kUrl:
    case Kind::kPath:
    case Kind::kFileName:
      for (std::size_t at = 0; at < text.size(); ++at) {
        if (stands_at(indicator, text, at)) return true;
      }
      return false;
    case Kind::kSha256:
    case Kind::kSha1:
    case Kind::kMd5:
    case Kind::kDomain:
      break;
  }
  for (std::size_t at = 0; at + value.size() <= text.size(); ++at) {
    if (text.substr(at, value.size()) != value) continue;
    const std::size_t end = at + value.size();
    if (indicator.kind == Kind::kDomain ? domain_at(text, at, end) : hash_at(text, at, end))
      return true;
  }
  return false;
}

}  // namespace

void find_reference(const IndicatorSet& set, std::string_view folded_text,
                    std::vector<std::uint32_t>& ids) {
  ids.clear();
  const std::string text =
      set.kind() == Kind::kPath ? with_backslashes(folded_text) : std::string(folded_text);
  for (std::uint32_t i = 0; i < set.indicators().size(); ++i) {
    if (stands(set.indicators()[i], text)) ids.push_back(i);
  }
}

}  // namespace pugmark::indicators
