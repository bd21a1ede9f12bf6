#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/processes.h"
#include "../core/status.h"

namespace socktable {

// Processes as NtQuerySystemInformation lists them, of every user: this takes no right. A start
// time is a FILETIME, a name that of the executable without its folder.

// --- Pure (process_list_parse.cc) ---

// Reads what was written to `bytes`, while the names still stand in it. Stops where it makes no
// sense any more.
std::vector<ProcessRecord> ParseProcessList(const uint8_t* bytes, size_t size);

// Takes away parents that can't be: Windows keeps the number of a process's parent after that has
// ended, and gives it to others.
void KeepTrueParents(std::vector<ProcessRecord>* list);

// --- Kernel (process_list.cc) ---

Status ListProcesses(std::vector<ProcessRecord>* list);

}  // namespace socktable
