// expect: use of deleted function
// A temporary batch cannot hand out views: its events would be gone before they are looked at.
#include "events/event.h"

std::size_t count_events();

std::size_t count_events() {
#ifdef MISUSE
  return pugmark::EventBatch{}.events().size();
#else
  const pugmark::EventBatch batch;
  return batch.events().size();
#endif
}
