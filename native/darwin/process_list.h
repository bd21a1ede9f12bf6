#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../core/processes.h"
#include "../core/status.h"

namespace socktable {

// Processes as kern.proc lists them, which hides none from any user. A start time is in
// microseconds since 1970, by the clock as it was then; a name is that of the program, cut at 16
// bytes.

// All processes.
Status ListProcesses(std::vector<ProcessRecord>* list);

// One process; ESRCH where there is none of that number.
Status FindProcess(uint32_t pid, ProcessRecord* process);

// The name of a process's program: up to 32 bytes of it for this user's own processes.
std::string ProcessName(const ProcessRecord& process);

}  // namespace socktable
