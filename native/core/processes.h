#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "status.h"

namespace socktable {

// The seam that every system implements (native/<os>/process_table.cc and process_handle.cc): what
// is known of processes, and a hold on one of them. Blocks; any number of threads may call it at
// once. Throws nothing but std::bad_alloc.

// What is known of a process. What is empty or 0 could not be read, unless it says otherwise.
struct ProcessRecord {
  uint32_t pid = 0;
  uint32_t parent = 0;
  // When it started, in the system's own exact unit: with the PID it names one process for ever.
  uint64_t started = 0;
  bool has_start = false;
  double started_ms = 0;  // the same in milliseconds since 1970
  std::string name;

  // Of ReadProcesses with `whole` alone.
  std::string executable;
  bool has_arguments = false;
  std::vector<std::string> arguments;
  std::string command_line;  // where the system keeps no list of arguments
  bool has_uid = false;
  uint32_t uid = 0;
  std::string user;
  std::string cgroups;  // the lines of proc_pid_cgroup(5)
};

// Which processes, and how much of them.
struct ProcessQuery {
  bool all = false;
  std::vector<uint32_t> pids;
  bool whole = false;
};

// Reads processes. One that does not exist is left out.
Status ReadProcesses(const ProcessQuery& query, std::vector<ProcessRecord>* records);

// The name of a user by number; empty where the number has none or the system has no such numbers.
std::string NameOfUser(uint32_t uid);

// A process that was opened: what is done to it reaches this one alone, also where its PID has gone
// to another one since.
class ProcessHandle {
 public:
  ProcessHandle() = default;
  ProcessHandle(const ProcessHandle&) = delete;
  ProcessHandle& operator=(const ProcessHandle&) = delete;
  virtual ~ProcessHandle() = default;

  // As in ProcessRecord. False where it may not be read.
  virtual bool Started(uint64_t* started) const = 0;
  // Sends it a signal by its Unix number. Windows knows two of them: 9 ends the process, any other
  // asks its windows to close.
  virtual Status Signal(int number) = 0;
  // Whether it has ended, reaped or not.
  virtual bool HasExited() const = 0;
};

Status OpenProcessHandle(uint32_t pid, std::unique_ptr<ProcessHandle>* handle);

}  // namespace socktable
