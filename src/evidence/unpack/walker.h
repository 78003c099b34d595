#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evidence/cursor.h"
#include "evidence/unpack/file_source.h"
#include "evidence/unpack/frame.h"

namespace pugmark::unpack {

// What ItemCursor does: a stack of open items, the evidence file at the bottom, the current item on
// top, archives in between. Bytes are pulled from the top: each frame takes them from the archive
// below. Limits are charged to every archive on the way. Not movable; one thread at a time, but for
// consumed_bytes().
class Walker {
 public:
  Walker(std::string path, FileSource file, const Limits& limits, ItemIds& ids,
         const std::atomic<bool>* stop);

  bool next_item();
  const Item& item() const;
  bool is_container() const { return !stack_.empty() && stack_.back()->is_container(); }
  std::size_t read(std::span<std::byte> into);
  std::optional<std::uint64_t> stated_size_bytes() const;
  void add_weak_digests(bool md5, bool sha1, Bytes read);
  void add_weak_digests_of_archives(bool md5, bool sha1) {
    md5_of_archives_ = md5;
    sha1_of_archives_ = sha1;
  }
  std::vector<Gap> take_gaps() { return std::exchange(gaps_, {}); }
  std::vector<Item> take_finished_items() { return std::exchange(finished_, {}); }
  std::uint64_t consumed_bytes() const { return consumed_bytes_.load(std::memory_order_relaxed); }

 private:
  class FileOrigin;
  class MemberOrigin;
  // What the bytes read from the file count for in consumed_bytes().
  enum class Phase : std::uint8_t { kInOrder, kHashing, kAnyOrder };

  // Opening (walker_open.cc)
  void begin_item();
  bool open_archive(Frame& frame, Packing packing);
  bool open_by_directory(Frame& frame, Packing packing, std::string& why, GapKind& kind);
  bool open_in_order(Frame& frame, const ArchiveReader::Form& form, std::string& why,
                     GapKind& kind);
  bool open_stream(Frame& frame, Packing packing, std::string& why, GapKind& kind);
  bool read_first_header(Frame& frame, std::string& why, GapKind& kind);

  // Zip alone (walker_zip.cc)
  bool open_zip(Frame& frame, bool by_directory, std::string& why, GapKind& kind);
  bool open_empty_zip(Frame& frame, std::string& why, GapKind& kind);
  bool open_zip_from_front(Frame& frame, std::string& why, GapKind& kind);
  bool reopen_behind_damage(Frame& archive);
  bool go_on_from_front(Frame& archive);
  static bool was_delivered(Frame& archive);
  static std::optional<std::uint64_t> end_of_front_read_zip(Frame& archive);
  void note_unclaimed(Frame& archive);

  // Walking
  bool next_member();
  bool enter_member(Frame& archive);
  StepResult next_header(Frame& archive);
  void note_odd_header(Frame& archive);
  void note_damage_before_end(Frame& archive);
  static std::uint64_t packed_place(const Frame& archive);
  void pass_over(Frame& archive, std::string_view what);
  void add_encrypted(Frame& archive);
  bool count_entry(const Member& member);
  void stop_broken(Frame& archive);
  void finish_top();
  void finish_archive(Frame& archive);
  void shorten_name(Frame& archive);
  void push(std::string path, std::unique_ptr<ByteSource> origin, FileAttributes attributes);
  FileAttributes attributes_of(Frame& archive);
  std::shared_ptr<const std::string> kept_name(std::string name);

  // Bytes
  std::size_t read_file(std::uint64_t offset_bytes, std::span<std::byte> into);
  std::size_t read_member(std::size_t archive_index, std::span<std::byte> into);
  void end_member(std::size_t archive_index);
  std::uint64_t allowance_bytes(std::size_t archive_index) const;
  void cut_at_limit(std::size_t archive_index);
  void cut_member_at_ratio(std::size_t archive_index);
  void stop_at_limit(std::size_t archive_index, const std::string& limit);
  void stop_inside(std::size_t index, const std::string& limit);
  void advance_progress(std::uint64_t offset_bytes, std::size_t got);

  void add_gap(Frame& frame, GapKind kind, std::uint64_t offset_bytes, std::string what,
               std::uint64_t length_bytes = 0);

  FileSource file_;
  const Limits limits_;
  ItemIds& ids_;
  const std::atomic<bool>* stop_;  // or nullptr
  bool md5_of_archives_ = false;
  bool sha1_of_archives_ = false;
  std::vector<std::unique_ptr<Frame>> stack_;
  std::vector<Gap> gaps_;
  std::vector<Item> finished_;
  Item first_;             // path and id of the evidence file
  Item none_;              // item() after the end
  std::shared_ptr<const std::string> last_owner_;  // most members have the same
  bool started_ = false;
  bool file_failed_ = false;
  Phase phase_ = Phase::kInOrder;
  std::uint64_t any_order_bytes_ = 0;
  std::atomic<std::uint64_t> consumed_bytes_{0};
};

}  // namespace pugmark::unpack
