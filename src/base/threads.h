#pragma once

#include <functional>

namespace pugmark {

// Calls `work` with 0 to `count` - 1 (at least 0), each at the same time on a thread of its own, 0
// on the caller's, and returns when all are done. Where the system gives no more threads the higher
// numbers are left out: the work must be such that whoever is there does all of it. What leaves
// `work` as an exception (memory is used up) is thrown again here, the first of them.
void run_on_threads(unsigned count, const std::function<void(unsigned)>& work);

}  // namespace pugmark
