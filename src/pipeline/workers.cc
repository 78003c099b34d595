#include "pipeline/workers.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <typeindex>

#include "base/threads.h"
#include "events/block_stream.h"

namespace pugmark {
namespace {

// How the evidence is read. What is refused must be the same in every run; so where something was,
// everything is read again in the next way.
enum class Pass {
  kFast,     // by all threads, large files first
  kInOrder,  // by one thread in the order of paths
  kShared,   // likewise, and no item fills more than its share of the tables of kinds of event
};

// The files of one run, handed out to workers. Thread-safe.
class Work {
 public:
  Work(const Listing& listing, std::uint32_t first_id, const ReaderOptions& options, Pass pass,
       HuntProgress& progress)
      : ids_(first_id), options_(options), pass_(pass), progress_(progress) {
    for (const EvidenceFile& file : listing.files) waiting_.push_back(&file);
    if (pass_ != Pass::kFast) return;
    // Large files first, so that no thread is left alone with one at the end.
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [](const auto* a, const auto* b) { return a->size_bytes > b->size_bytes; });
  }

  // A file to read: one nobody has begun, else one that is still being read; nullptr if all is
  // done or all is in vain. Waits while somebody else is opening the last one: it may be large
  // enough for all.
  std::shared_ptr<BlockStream> take() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (is_in_vain() || is_given_up()) return nullptr;
      if (!waiting_.empty()) {
        const EvidenceFile* const file = waiting_.front();
        waiting_.pop_front();
        ++opening_count_;
        lock.unlock();
        auto stream = BlockStream::open(*file, ids_, options_);
        lock.lock();
        --opening_count_;
        opened_.notify_all();
        if (stream) {
          std::shared_ptr<BlockStream> shared(std::move(stream).value());
          active_.insert(shared);
          return shared;
        }
        note_unopened(*file, stream.error());
      } else if (!active_.empty()) {
        return *active_.begin();
      } else if (opening_count_ == 0) {
        return nullptr;
      } else {
        opened_.wait(lock);
      }
    }
  }

  // `stream` has no more blocks; what it contained is collected once.
  void finish(const std::shared_ptr<BlockStream>& stream) {
    const std::lock_guard lock(mutex_);
    if (active_.erase(stream) == 0) return;
    done_bytes_ += stream->consumed_bytes();
    for (Item& item : stream->take_items()) items_.push_back(std::move(item));
    for (Gap& gap : stream->take_gaps()) gaps_.push_back(std::move(gap));
  }

  void show_progress() {
    const std::lock_guard lock(mutex_);
    std::uint64_t bytes = done_bytes_;
    for (const auto& stream : active_) bytes += stream->consumed_bytes();
    progress_.bytes_done = bytes;
  }

  // A worker failed: the others need not go on.
  void give_up() {
    const std::lock_guard lock(mutex_);
    is_given_up_ = true;
    opened_.notify_all();
  }
  bool is_given_up() const { return is_given_up_; }

  // Something was refused that the next pass may let in, or has to be chosen in a known order.
  bool is_in_vain() const {
    return is_in_vain_ || (pass_ == Pass::kFast && ids_.refused()) ||
           (pass_ != Pass::kShared && options_.shapes->refused());
  }
  void note_in_vain() { is_in_vain_ = true; }

  std::vector<Item> take_items() { return std::move(items_); }
  std::vector<Gap> take_gaps() { return std::move(gaps_); }

 private:
  // A file that was there when it was listed and cannot be opened now is an item with a gap.
  void note_unopened(const EvidenceFile& file, const Error& error) {
    Item item;
    item.id = ids_.next();
    item.path = file.path;
    item.type = "unreadable";
    item.size_bytes = file.size_bytes;
    Gap gap;
    gap.where.item = item.id;
    gap.kind = GapKind::kUnreadable;
    gap.what = error.message;
    items_.push_back(std::move(item));
    gaps_.push_back(std::move(gap));
  }

  ItemIds ids_;
  ReaderOptions options_;
  Pass pass_;
  HuntProgress& progress_;
  std::mutex mutex_;
  std::condition_variable opened_;
  std::size_t opening_count_ = 0;
  std::atomic<bool> is_given_up_ = false;
  std::atomic<bool> is_in_vain_ = false;
  std::deque<const EvidenceFile*> waiting_;
  std::set<std::shared_ptr<BlockStream>> active_;
  std::uint64_t done_bytes_ = 0;
  std::vector<Item> items_;
  std::vector<Gap> gaps_;
};

// One thread's share: takes blocks, decodes them, judges their events.
class Worker {
 public:
  Worker(Work& work, Scanner& scanner, HuntProgress& progress)
      : work_(work), scanner_(scanner), progress_(progress) {}

  Status run() {
    while (auto stream = work_.take()) {
      while (!is_over() && stream->next(buffer_)) {
        if (auto status = judge(); !status) return status;
      }
      if (progress_.cancel || work_.is_given_up()) return {};
      work_.finish(stream);
    }
    return {};
  }

 private:
  bool is_over() const {
    return progress_.cancel || work_.is_given_up() || work_.is_in_vain();
  }

  Status judge() {
    const std::uint64_t events_before = scanner_.events_count();
    const std::uint64_t findings_before = scanner_.findings_count();
    auto status = buffer_.reader->is_file()
                      ? scanner_.examine(buffer_.block, *buffer_.item_path, progress_.cancel)
                      : judge_events();
    if (buffer_.is_large()) release_memory();
    progress_.events_count += scanner_.events_count() - events_before;
    progress_.findings_count += scanner_.findings_count() - findings_before;
    work_.show_progress();
    if (scanner_.is_in_vain()) work_.note_in_vain();
    return status;
  }

  Status judge_events() {
    if (memory_ == nullptr) memory_ = std::make_unique<Memory>();
    memory_->batch.clear();
    buffer_.reader->decode(buffer_.block, scratch(), memory_->batch);
    return scanner_.scan(buffer_.block, memory_->batch, *buffer_.item_path, progress_.cancel);
  }

  // The next large block may be another worker's.
  void release_memory() {
    memory_.reset();
    scanner_.release_memory();
    buffer_.release();
  }

  DecodeScratch& scratch() {
    const Reader& reader = *buffer_.reader;
    auto& scratch = memory_->scratches[std::type_index(typeid(reader))];
    if (scratch == nullptr) scratch = buffer_.reader->new_scratch();
    return *scratch;
  }

  // What decoding takes, reused from block to block.
  struct Memory {
    EventBatch batch;
    // By the reader's class, not by its type(): a decoder takes for granted that the scratch is its
    // own, and another reader's would be memory read as something it is not.
    std::map<std::type_index, std::unique_ptr<DecodeScratch>> scratches;
  };

  Work& work_;
  Scanner& scanner_;
  HuntProgress& progress_;
  BlockBuffer buffer_;
  std::unique_ptr<Memory> memory_;
};

// The first failure of any worker.
class FirstFailure {
 public:
  void note(Status status, Work& work) {
    if (status) return;
    work.give_up();
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(status).error();
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
};

// Nothing if it was in vain: then the next pass has to be made.
Result<std::optional<ScannedEvidence>> scan_once(const Listing& listing, std::uint32_t first_id,
                                                 Ruleset& rules, const HuntRequest& request,
                                                 Pass pass, HuntProgress& progress) {
  const unsigned threads_count = pass == Pass::kFast ? threads_count_of(request) : 1;
  ScannedEvidence scanned;
  scanned.shapes = std::make_unique<ShapeTable>(request.limits, &rules);
  std::mutex large_block_turn;
  const ReaderOptions options{&request.limits,   scanned.shapes.get(), request.carve,
                              &progress.cancel,  &large_block_turn,    rules.wants_md5(),
                              rules.wants_sha1()};
  if (pass == Pass::kShared) scanned.shapes->share_among_items();
  Work work(listing, first_id, options, pass, progress);
  scanned.scanners =
      Scanner::team(rules, request.limits, threads_count,
                    pass == Pass::kFast ? Scanner::Order::kAny : Scanner::Order::kFixed);
  FirstFailure failure;
  run_on_threads(threads_count, [&](unsigned number) {
    try {
      failure.note(Worker(work, scanned.scanners[number], progress).run(), work);
    } catch (...) {  // memory is used up: nobody may wait for what this one was doing
      work.give_up();
      throw;
    }
  });
  if (failure.error()) return *failure.error();
  if (progress.cancel)
    return Error{ErrorCode::kIo, "The hunt was cancelled before all evidence was read.",
                 "No case was written; start again."};
  if (work.is_in_vain()) return std::optional<ScannedEvidence>();
  scanned.items = work.take_items();
  scanned.gaps = work.take_gaps();
  scanned.items.insert(scanned.items.end(), listing.unread_items.begin(),
                       listing.unread_items.end());
  scanned.gaps.insert(scanned.gaps.end(), listing.gaps.begin(), listing.gaps.end());
  return std::optional(std::move(scanned));
}

}  // namespace

unsigned threads_count_of(const HuntRequest& request) {
  if (request.threads_count > 0) return request.threads_count;
  return std::max(1U, std::thread::hardware_concurrency());
}

Result<ScannedEvidence> scan_evidence(const Listing& listing, const ItemIds& ids, Ruleset& rules,
                                      const HuntRequest& request, HuntProgress& progress) {
  std::uint64_t total_bytes = 0;
  for (const EvidenceFile& file : listing.files) total_bytes += file.size_bytes;
  progress.bytes_total = total_bytes;
  for (Pass pass = Pass::kFast;; pass = pass == Pass::kFast ? Pass::kInOrder : Pass::kShared) {
    auto scanned = scan_once(listing, ids.count(), rules, request, pass, progress);
    if (!scanned) return std::move(scanned).error();
    if (scanned.value()) return std::move(*scanned.value());
    progress.stage = "reading again in order";
    progress.bytes_done = 0;
    progress.events_count = 0;
    progress.findings_count = 0;
  }
}

}  // namespace pugmark
