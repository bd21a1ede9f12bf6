#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "../core/processes.h"

namespace socktable {

// Looks processes up by PID, each when it is asked for, with what can be read of it at the least
// cost: its start time and its name.
class ProcessFinder {
 public:
  // None where it does not exist.
  std::optional<ProcessRecord> Find(uint32_t pid, bool name);

 private:
  void TakeSnapshot();

  // All processes by PID with the names of their executables, of every user.
  std::unordered_map<uint32_t, std::string> snapshot_;
  bool taken_ = false;
};

}  // namespace socktable
