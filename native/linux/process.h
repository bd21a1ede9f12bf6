#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/status.h"
#include "../posix/shortage.h"
#include "../posix/unique_fd.h"

namespace socktable {

// --- Pure (process_parse.cc) ---

// Four fields of /proc/<pid>/stat.
struct ProcessStat {
  char state = '?';
  uint32_t parent = 0;   // 0: none, or one outside of this PID namespace
  uint64_t threads = 0;  // those that were not reaped, the main thread included
  uint64_t started = 0;  // in clock ticks since boot

  // Whether all of the process has ended. The state is that of its main thread, which may end long
  // before the others: the process holds on to its sockets then and can be signalled. This is the
  // kernel's own measure (kernel/pid.c, pidfd_poll: exit_state and an empty thread group).
  bool HasExited() const { return (state == 'Z' || state == 'X') && threads <= 1; }
};

// Reads the text of /proc/<pid>/stat. False where it is something else.
bool ParseStat(const char* text, size_t size, ProcessStat* stat);

// The process that a thread belongs to and its effective user, from the text of
// /proc/<pid>/status. False where it is something else.
bool ParseIds(const char* text, size_t size, uint32_t* group, uint32_t* uid);

// In how many PID namespaces the process has a number, from that of the proc file system down to
// its own: the numbers in the line NSpid of /proc/<pid>/status. 0 where there is none (before 4.1).
size_t CountNamespaces(const char* text, size_t size);

// The arguments in the text of /proc/<pid>/cmdline, each of which a NUL ends. A title that the
// process wrote over them is one argument.
std::vector<std::string> ParseArguments(const char* text, size_t size);

// The inode of a descriptor link's text "socket:[INODE]"; 0 for any other text.
uint64_t ParseSocketLink(const char* text, size_t size);

// Whether the proc file system mounted at /proc hides processes, from the text of
// /proc/<pid>/mountinfo.
bool ParseHidePid(const char* text, size_t size);

// --- Kernel (process.cc) ---

// What the reads below return is 0 or an errno. ENOENT and ESRCH say that the process has gone,
// EACCES and EPERM that it may not be looked at; IsShortage is no answer at all.
bool IsGone(int code);
bool IsDenied(int code);

// The directory /proc, checked to be a proc file system.
Status OpenProc(UniqueFd* proc);

// Whether that proc file system numbers processes as kill(2) and pidfd_open(2) do in this process.
// One that was mounted in another PID namespace does not.
Status CheckNumbering(int proc, bool* ours);

// OpenProc for those who take its numbers for PIDs: fails where CheckNumbering says that they are
// not. ENODEV, as where no proc file system is mounted at all.
Status OpenOwnProc(UniqueFd* proc);
Status ForeignProc();

// The fields of its stat file; `directory` is /proc/<pid> in the second one.
int ReadStat(int proc, uint32_t pid, ProcessStat* stat);
int ReadStat(int directory, ProcessStat* stat);

// Whether /proc keeps the processes of other users from this one.
int ProcHidesProcesses(int proc, bool* hides);

// The whole of /proc/<pid>/<file>; `directory` is /proc/<pid> in the second one.
int ReadProcessFile(int proc, uint32_t pid, const char* file, std::string* text);
int ReadProcessFile(int directory, const char* file, std::string* text);

// The path of the program that the process runs, empty where that may not be read. Returns 0 or a
// shortage.
int ExecutablePath(int proc, uint32_t pid, std::string* path);

// The name that the process goes by, empty where it has gone. Returns 0 or a shortage.
int ProcessName(int proc, uint32_t pid, std::string* name);

}  // namespace socktable
