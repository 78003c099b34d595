#include "detect/indicators/set.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "detect/engine/literal_index.h"
#include "detect/indicators/scan.h"
#include "detect/indicators/stand.h"

namespace pugmark::indicators {
namespace {

std::size_t digits_of(Kind kind) {
  return kind == Kind::kSha256 ? 64 : kind == Kind::kSha1 ? 40 : 32;
}

// Networks (and addresses, as networks of one) by how many bits of them count.
class NetworkTable {
 public:
  void add(const sigma::Cidr& network, std::uint32_t id) {
    auto at = std::find_if(by_prefix_.begin(), by_prefix_.end(), [&](const Prefix& prefix) {
      return prefix.v4 == network.v4 && prefix.bits == network.prefix_bits;
    });
    if (at == by_prefix_.end())
      at = by_prefix_.insert(at, Prefix{network.v4, network.prefix_bits, {}});
    at->ids.emplace(key(network.address), id);
  }

  template <typename Take>
  bool visit(const sigma::Address& address, const Take& take) const {
    for (const Prefix& prefix : by_prefix_) {
      if (prefix.v4 != address.v4) continue;
      const auto found = prefix.ids.find(key(masked(address.bytes, prefix.bits)));
      if (found != prefix.ids.end() && take(found->second)) return true;
    }
    return false;
  }

 private:
  struct Prefix {
    bool v4 = true;
    std::uint8_t bits = 0;
    std::unordered_map<std::string, std::uint32_t> ids;
  };

  static std::string key(const std::array<std::uint8_t, 16>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // bytes as characters
  }
  static std::array<std::uint8_t, 16> masked(std::array<std::uint8_t, 16> bytes, unsigned bits) {
    for (unsigned i = 0; i < bytes.size(); ++i) {
      const unsigned kept = bits > 8 * i ? std::min(8U, bits - 8 * i) : 0;
      bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xFF00U >> kept));
    }
    return bytes;
  }

  std::vector<Prefix> by_prefix_;
};

// The longest part without wildcards: it stands wherever the whole does.
std::string_view longest_literal(const Indicator& indicator) {
  if (!indicator.has_wildcards) return indicator.value;
  const bool has_single = indicator.kind != Kind::kUrl && indicator.kind != Kind::kUserAgent;
  const char* const marks = has_single ? "*?" : "*";
  std::string_view rest = indicator.value;
  std::string_view longest;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(marks), rest.size());
    if (end > longest.size()) longest = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return longest;
}

// Whether the indicator stands anywhere, given that its longest literal does.
bool stands_in(const Indicator& indicator, std::string_view text) {
  if (indicator.kind == Kind::kUserAgent) return is_whole(indicator, text);
  if (indicator.has_wildcards) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (stands_at(indicator, text, at)) return true;
    }
    return false;
  }
  for (std::size_t at = text.find(indicator.value); at != std::string_view::npos;
       at = text.find(indicator.value, at + 1)) {
    if (stands_at(indicator, text, at)) return true;
  }
  return false;
}

}  // namespace

struct IndicatorSet::Tables {
  std::unordered_map<std::string_view, std::uint32_t> whole;  // hashes, names, user agents
  NetworkTable networks;
  std::unique_ptr<const engine::LiteralIndex> literals;  // null if there are none
};

IndicatorSet::~IndicatorSet() = default;

IndicatorSet::IndicatorSet(Kind kind, std::vector<Indicator> indicators)
    : kind_(kind), indicators_(std::move(indicators)) {
  auto tables = std::make_unique<Tables>();
  std::vector<engine::Literal> literals;
  for (std::uint32_t i = 0; i < indicators_.size(); ++i) {
    const Indicator& indicator = indicators_[i];
    const bool may_span_values =
        kind_ == Kind::kUrl &&
        (indicator.has_wildcards || indicator.value.find('?') != std::string::npos);
    if (may_span_values || (kind_ == Kind::kUserAgent && indicator.has_wildcards))
      is_whole_in_line_ = false;
    switch (kind_) {
      case Kind::kAddress:
      case Kind::kNetwork: {
        bool host_bits = false;
        if (const auto network = sigma::parse_network(indicator.value, host_bits))
          tables->networks.add(*network, i);
        break;
      }
      case Kind::kUrl:
      case Kind::kPath:
      case Kind::kFileName:
        literals.push_back({std::string(longest_literal(indicator)), engine::Anchor::kAnywhere, i});
        break;
      case Kind::kUserAgent:
        if (indicator.has_wildcards) {
          literals.push_back(
              {std::string(longest_literal(indicator)), engine::Anchor::kAnywhere, i});
        } else {
          tables->whole.emplace(indicator.value, i);
        }
        break;
      default:
        tables->whole.emplace(indicator.value, i);
    }
  }
  if (!literals.empty())
    tables->literals = std::make_unique<const engine::LiteralIndex>(std::move(literals));
  tables_ = std::move(tables);
}

// Calls `take` with the index of each that stands in the text, some several times, until it says
// true.
template <typename Visit>
bool IndicatorSet::visit(std::string_view text, const Visit& take) const {
  const auto take_whole = [&](std::string_view key) {
    const auto found = tables_->whole.find(key);
    return found != tables_->whole.end() && take(found->second);
  };
  switch (kind_) {
    case Kind::kSha256:
    case Kind::kSha1:
    case Kind::kMd5:
      return each_hash(text, digits_of(kind_), take_whole);
    case Kind::kAddress:
    case Kind::kNetwork:
      return each_address(text, [&](const sigma::Address& address) {
        return tables_->networks.visit(address, take);
      });
    case Kind::kDomain:
      return each_name(text, take_whole);
    case Kind::kUserAgent:
      if (take_whole(text)) return true;
      break;
    case Kind::kUrl:
    case Kind::kPath:
    case Kind::kFileName:
      break;
  }
  if (tables_->literals == nullptr) return false;
  std::string plain;
  if (kind_ == Kind::kPath && needs_backslashes(text)) text = plain = with_backslashes(text);
  std::vector<std::uint32_t> candidates;
  tables_->literals->scan(text, candidates);
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return std::any_of(candidates.begin(), candidates.end(), [&](std::uint32_t id) {
    return stands_in(indicators_[id], text) && take(id);
  });
}

bool IndicatorSet::holds(std::string_view folded_text) const {
  return visit(folded_text, [](std::uint32_t) { return true; });
}

void IndicatorSet::find(std::string_view folded_text, std::size_t most,
                        std::vector<std::uint32_t>& ids) const {
  ids.clear();
  visit(folded_text, [&](std::uint32_t id) {
    ids.push_back(id);
    return false;
  });
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.size() > most) ids.resize(most);
}

}  // namespace pugmark::indicators
