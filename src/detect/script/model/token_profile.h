#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/script/flow/effects.h"
#include "detect/script/token.h"

namespace pugmark::script {

// What the tokens of a script look like, whatever it calls its own things: names that the language
// or its libraries give are told apart, all others are one; of texts only length and make-up count.
// One thread; made once, used for one script after the other.
class TokenProfile {
 public:
  // Runs of up to kGramTokens tokens are counted by a hash into so many buckets, as there or not.
  static constexpr std::size_t kGramTokens = 4;
  static constexpr std::size_t kBucketsCount = std::size_t{1} << 15U;
  static constexpr std::size_t kTokensMax = 200'000;  // of one script; later ones are not looked at

  void clear(Family family);
  // `stands_in_file`: the text is that of the file, not what something in it unpacks to.
  void add(std::string_view text, std::span<const Token> tokens, bool stands_in_file);

  // Buckets of all runs met, in the order in which they were, each once.
  const std::vector<std::uint16_t>& buckets() const { return buckets_; }

  // Where the first run of a bucket stands in the file; nowhere (length 0) if it was unpacked.
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;
  };
  const std::vector<Place>& places() const { return places_; }  // of buckets(), in their order

  struct Counts {
    std::uint64_t tokens = 0;
    std::uint64_t known_names = 0;
    std::uint64_t own_names = 0;
    std::uint64_t variables = 0;
    std::uint64_t texts = 0;
    std::uint64_t text_bytes = 0;
    std::uint64_t longest_text = 0;
    std::uint64_t encoded_texts = 0;  // long, and of the letters of base64 or hexadecimal digits
    std::uint64_t encoded_bytes = 0;
    std::uint64_t numbers = 0;
    std::uint64_t operators = 0;
    std::uint64_t joins = 0;    // '.', '&' and '+' between texts
    std::uint64_t escapes = 0;  // \x41 \101 \u0041 in texts
    std::uint64_t markup = 0;
    std::uint64_t silenced = 0;  // '@' of PHP, On Error Resume Next
    std::uint64_t longest_token = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  std::uint32_t code_of(std::string_view text, const Token& token);
  void note_text(std::string_view text);

  Family family_ = Family::kPhp;
  std::bitset<kBucketsCount> seen_;
  std::vector<std::uint16_t> buckets_;
  std::vector<Place> places_;
  Counts counts_;
};

}  // namespace pugmark::script
