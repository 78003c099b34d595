#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/engine/matcher.h"
#include "detect/finding.h"
#include "detect/sigma/rule.h"
#include "events/event.h"
#include "events/reader.h"

// The details of a finding as bytes, for the temporary file they wait in: never for a case. All
// that the rule says is left out, for the rules are still there when the bytes are read.
namespace pugmark {

// Makes the details of matches, without a step between the event and the bytes: of many matches
// only those that come first in time are kept in the end. One per worker; memory is used again.
class DetailsEncoder {
 public:
  // `limits` outlives the encoder.
  explicit DetailsEncoder(const Limits& limits) : limits_(limits) {}

  // The event whose matches come now, and the name of its computer as it is kept. All must live
  // until the last of them.
  void begin(const Event& event, const Block& block, std::string_view computer);

  // Everything a finding says about the event and why the rule matched, but for the item's path
  // and the correction of its clock, which are known later. `reasons` are the matcher's, of this
  // event, and `unlisted_count` those that it left out. Valid until the next call.
  std::string_view match(const sigma::Rule& rule, std::span<const engine::Reason> reasons,
                         std::uint64_t unlisted_count = 0);

  void release_memory() { bytes_ = std::string(); }

 private:
  // Where in bytes_ the text of a slot stands, and as which of the fields.
  struct Field {
    std::uint32_t number = 0;
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  void put_event();
  void put_event_id(const sigma::Predicate& predicate);
  void put_reason(const engine::Reason& reason);
  void put_unlisted(std::uint64_t count);
  bool is_whole_value(std::uint32_t slot, std::string_view text) const;
  std::optional<std::uint64_t> offset_of_reason(const engine::Reason& reason) const;

  const Limits& limits_;
  const Event* event_ = nullptr;
  const Block* block_ = nullptr;
  std::string_view computer_;
  bool has_event_ = false;  // bytes_ begins with what put_event() writes
  std::string bytes_;
  std::size_t event_size_ = 0;  // of these, what the event says
  std::uint32_t fields_count_ = 0;
  std::vector<Field> fields_;                       // by slot
  std::vector<std::pair<std::uint32_t, std::string>> cut_values_;  // whole, by slot; seldom any
  std::vector<const sigma::Predicate*> event_ids_;  // compared with, of the rule in hand
};

// The same of a finding that is there already; what its rule says is left out.
std::string encode_details(const Finding& finding);

// Fills in a finding, but for what describe_rule() does and its id. Its memory is used again.
// kDamaged: the bytes are not what was made here; what it then says is of no use.
Status decode_details(std::string_view bytes, Finding& finding);

}  // namespace pugmark
