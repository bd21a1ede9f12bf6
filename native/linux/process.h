#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "../status.h"
#include "unique_fd.h"

namespace socktable {

// --- Pure (process_parse.cc) ---

// Start time in clock ticks since boot from the text of /proc/<pid>/stat. False where it is
// something else.
bool ParseStartTime(const char* text, size_t size, uint64_t* ticks);

// The inode of a descriptor link's text "socket:[INODE]"; 0 for any other text.
uint64_t ParseSocketLink(const char* text, size_t size);

// Whether the proc file system mounted at /proc hides processes, from the text of
// /proc/<pid>/mountinfo.
bool ParseHidePid(const char* text, size_t size);

// --- Kernel (process.cc) ---

// The directory /proc, checked to be a proc file system.
Status OpenProc(UniqueFd* proc);

// Start time in clock ticks since boot; UINT64_MAX where the process has gone.
uint64_t StartTime(int proc, uint32_t pid);

// Whether /proc keeps the processes of other users from this one.
bool ProcHidesProcesses(int proc);

// The name that the process goes by, empty where it has gone.
std::string ProcessName(int proc, uint32_t pid);

}  // namespace socktable
