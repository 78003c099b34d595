#include "base/threads.h"

#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace pugmark {

void run_on_threads(unsigned count, const std::function<void(unsigned)>& work) {
  std::mutex mutex;
  std::exception_ptr first;
  const auto guarded = [&](unsigned number) {
    try {
      work(number);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (first == nullptr) first = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned number = 1; number < count; ++number) {
      try {
        threads.emplace_back(guarded, number);
      } catch (const std::system_error&) {
        break;  // the system's limit of threads
      }
    }
    guarded(0);
  }
  if (first != nullptr) std::rethrow_exception(first);
}

}  // namespace pugmark
