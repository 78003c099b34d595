#include "base/threads.h"

#include <atomic>
#include <gtest/gtest.h>
#include <new>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace pugmark {
namespace {

TEST(Threads, EachNumberIsCalledOnceAndTheFirstByTheCaller) {
  std::atomic<unsigned> seen = 0;
  std::atomic<bool> first_is_ours = false;
  const std::thread::id caller = std::this_thread::get_id();
  run_on_threads(5, [&](unsigned number) {
    seen += 1U << (4 * number);
    if (number == 0) first_is_ours = std::this_thread::get_id() == caller;
  });
  EXPECT_EQ(seen, 0x11111U);
  EXPECT_TRUE(first_is_ours);
  unsigned calls = 0;
  run_on_threads(0, [&](unsigned) { ++calls; });
  EXPECT_EQ(calls, 1U);
}

TEST(Threads, AnExceptionOfAnyReachesTheCallerWhenAllAreDone) {
  std::atomic<unsigned> done = 0;
  const auto work = [&](unsigned number) {
    if (number == 2) throw std::bad_alloc();
    ++done;
  };
  EXPECT_THROW(run_on_threads(4, work), std::bad_alloc);
  EXPECT_EQ(done, 3U);
}

// In a process of its own, whose limit no other test may feel.
TEST(Threads, TheCallerDoesTheWorkWhereTheSystemGivesNoThreads) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "skipped: a sanitizer reserves more addresses than the limit this test sets";
#endif
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Root is not bound by the limit; memory for stacks is refused to anybody.
    const rlimit little{std::size_t{64} << 20U, std::size_t{64} << 20U};
    setrlimit(RLIMIT_AS, &little);
    std::atomic<unsigned> count = 0;
    run_on_threads(500, [&](unsigned) { ++count; });
    _exit(count >= 1 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace pugmark
