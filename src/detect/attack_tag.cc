#include "detect/attack_tag.h"

#include "base/text.h"

namespace pugmark {

std::string attack_id_of(std::string_view tag) {
  constexpr std::string_view kPrefix = "attack.";
  std::string id = ascii_lower(tag);
  if (!id.starts_with(kPrefix)) return {};
  id.erase(0, kPrefix.size());
  const bool is_id = id.size() >= 2 && (id[0] == 't' || id[0] == 'g' || id[0] == 's') &&
                     id[1] >= '0' && id[1] <= '9';
  if (!is_id) return {};
  id[0] = static_cast<char>(id[0] - 'a' + 'A');
  return id;
}

}  // namespace pugmark
