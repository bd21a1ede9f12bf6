#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../core/status.h"

namespace socktable {

// A process as kern.proc tells of it, which hides none from anybody.
struct ProcessEntry {
  uint32_t pid = 0;
  uint32_t parent = 0;
  uint32_t uid = 0;      // effective
  uint64_t started = 0;  // in microseconds since 1970, by the clock as it was then
  bool ended = false;    // and nobody has waited for it
  std::string name;      // of its program, cut at 16 bytes
};

// All processes.
Status ListProcesses(std::vector<ProcessEntry>* list);

// One process; ESRCH where there is none of that number.
Status FindProcess(uint32_t pid, ProcessEntry* process);

// The name of a process's program: up to 32 bytes of it for this user's own processes.
std::string ProcessName(const ProcessEntry& process);

}  // namespace socktable
