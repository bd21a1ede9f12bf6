#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace socktable {

// What is known of a process.
struct ProcessFacts {
  bool exists = false;
  uint64_t started = 0;  // FILETIME; 0: not known
  std::string name;      // of its executable, without the folder; empty: not asked for or not known
};

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
