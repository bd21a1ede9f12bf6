#pragma once

#include <atomic>
#include <cstddef>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace socktable {

// Calls work(thread, index) once for each index below `count`, from up to `threads` threads, the
// caller's among them. False where memory ran out in one of them. A thread that can't be started
// (a limit on tasks) only leaves more to the others.
template <class Work>
bool ParallelFor(size_t count, size_t threads, Work work) {
  std::atomic<size_t> next{0};
  std::atomic<bool> memory{true};
  const auto run = [&](size_t thread) {
    try {
      for (size_t index; (index = next.fetch_add(1)) < count;) work(thread, index);
    } catch (const std::bad_alloc&) {
      memory = false;
      next = count;
    }
  };
  std::vector<std::thread> helpers;
  helpers.reserve(threads);
  try {
    for (size_t thread = 1; thread < threads; thread++) helpers.emplace_back(run, thread);
  } catch (const std::system_error&) {
  }
  run(0);
  for (std::thread& helper : helpers) helper.join();
  return memory;
}

}  // namespace socktable
