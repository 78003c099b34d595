#include "evidence/cursor.h"

#include <utility>

#include "evidence/unpack/walker.h"

namespace pugmark {

class ItemCursor::State : public unpack::Walker {
 public:
  using Walker::Walker;
};

Result<ItemCursor> ItemCursor::open(const EvidenceFile& file, const Limits& limits, ItemIds& ids,
                                    const std::atomic<bool>* stop) {
  auto source = unpack::FileSource::open(file);
  if (!source.ok()) return std::move(source).error();
  return ItemCursor(
      std::make_unique<State>(file.path, std::move(source).value(), limits, ids, stop));
}

ItemCursor::ItemCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
ItemCursor::~ItemCursor() = default;
ItemCursor::ItemCursor(ItemCursor&&) noexcept = default;
ItemCursor& ItemCursor::operator=(ItemCursor&&) noexcept = default;

bool ItemCursor::next_item() { return state_->next_item(); }
const Item& ItemCursor::item() const { return state_->item(); }
bool ItemCursor::is_container() const { return state_->is_container(); }
std::size_t ItemCursor::read(std::span<std::byte> into) { return state_->read(into); }
std::optional<std::uint64_t> ItemCursor::stated_size_bytes() const {
  return state_->stated_size_bytes();
}
void ItemCursor::add_weak_digests(bool md5, bool sha1, Bytes read_so_far) {
  state_->add_weak_digests(md5, sha1, read_so_far);
}
void ItemCursor::add_weak_digests_of_archives(bool md5, bool sha1) {
  state_->add_weak_digests_of_archives(md5, sha1);
}
std::vector<Gap> ItemCursor::take_gaps() { return state_->take_gaps(); }
std::vector<Item> ItemCursor::take_finished_items() { return state_->take_finished_items(); }
std::uint64_t ItemCursor::consumed_bytes() const { return state_->consumed_bytes(); }

}  // namespace pugmark
