#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "process_facts.h"

namespace socktable {

// Looks processes up by PID, each when it is asked for.
class Processes {
 public:
  ProcessFacts Find(uint32_t pid, bool name);

 private:
  void TakeSnapshot();

  // All processes by PID with the names of their executables, whoever's they are.
  std::unordered_map<uint32_t, std::string> snapshot_;
  bool taken_ = false;
};

}  // namespace socktable
