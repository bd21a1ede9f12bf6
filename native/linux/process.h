#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../posix/unique_fd.h"
#include "../status.h"

namespace socktable {

// --- Pure (process_parse.cc) ---

// Three fields of /proc/<pid>/stat.
struct ProcessStat {
  char state = '?';
  uint32_t parent = 0;   // 0: none, or one outside of this PID namespace
  uint64_t started = 0;  // in clock ticks since boot
};

// Reads the text of /proc/<pid>/stat. False where it is something else.
bool ParseStat(const char* text, size_t size, ProcessStat* stat);

// The process that a thread belongs to and its effective user, from the text of
// /proc/<pid>/status. False where it is something else.
bool ParseIds(const char* text, size_t size, uint32_t* group, uint32_t* uid);

// The arguments in the text of /proc/<pid>/cmdline, each of which a NUL ends.
std::vector<std::string> ParseArguments(const char* text, size_t size);

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

// The fields of its stat file. False where the process has gone.
bool ReadStat(int proc, uint32_t pid, ProcessStat* stat);

// Whether /proc keeps the processes of other users from this one.
bool ProcHidesProcesses(int proc);

// The whole of /proc/<pid>/<file>. False where that may not be read or the process has gone.
bool ReadProcessFile(int proc, uint32_t pid, const char* file, std::string* text);

// The path of the program that the process runs, empty where that may not be read.
std::string ExecutablePath(int proc, uint32_t pid);

// The name that the process goes by, empty where it has gone.
std::string ProcessName(int proc, uint32_t pid);

}  // namespace socktable
