#pragma once

#include <atomic>
#include <cstdint>

namespace socktable {

// Checks whether a thread has its own descriptor table. Several threads may call it concurrently.
class TableComparison {
 public:
  enum class Answer { kShared, kOwn, kUnknown };

  // `leader_empty` says that the process itself showed no descriptor.
  Answer Compare(int proc, uint32_t pid, uint32_t task, bool leader_empty);

 private:
  std::atomic<bool> kcmp_{true};  // works here, as far as is known
};

}  // namespace socktable
