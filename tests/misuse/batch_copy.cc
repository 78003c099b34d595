// expect: use of deleted function
// A batch cannot be copied: the copy's events would point into the memory of the original.
#include "events/event.h"

std::size_t count_events(const pugmark::EventBatch& batch);

std::size_t count_events(const pugmark::EventBatch& batch) {
#ifdef MISUSE
  const pugmark::EventBatch copy = batch;
  return copy.events().size();
#else
  return batch.events().size();
#endif
}
