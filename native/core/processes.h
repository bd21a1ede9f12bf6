#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "status.h"

namespace socktable {

// The seam for processes that every system implements (native/<os>/process_*.cc and offspring.cc).
// Blocks; any number of threads may call it concurrently. Throws only std::bad_alloc. What a
// system does not have fails with its code for "not supported".

// What is known of a process. What is empty or 0 could not be read, unless it says otherwise.
struct ProcessRecord {
  uint32_t pid = 0;
  uint32_t parent = 0;
  // When it started, in the system's own exact unit: with the PID it names one process for ever.
  uint64_t started = 0;
  bool has_start = false;
  double started_ms = 0;  // the same in milliseconds since 1970
  bool ended = false;     // and its parent has not waited for it
  std::string name;
  bool has_uid = false;
  uint32_t uid = 0;  // effective

  // Of ReadProcesses with `whole` alone.
  std::string executable;
  bool has_arguments = false;
  std::vector<std::string> arguments;
  std::string command_line;  // where the system keeps no list of arguments
  std::string user;
  std::string cgroups;  // the lines of proc_pid_cgroup(5)
};

// --- A list and facts (process_list.cc, process_facts.cc) ---

// Which processes, and how much of them.
struct ProcessQuery {
  bool all = false;
  std::vector<uint32_t> pids;
  bool whole = false;
};

// Reads processes. One that does not exist is left out.
Status ReadProcesses(const ProcessQuery& query, std::vector<ProcessRecord>* records);

// The name of a user by number; empty where the number has none.
Status NameOfUser(uint32_t uid, std::string* name);

// --- A hold on one of them (process_handle.cc) ---

// A process that was opened: what is done to it reaches this one alone, also where its PID has gone
// to another one since. Closed where it is deleted.
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

// --- What they are to their system (process_roles.cc) ---

struct ProcessRole {
  uint32_t pid = 0;
  bool has_critical = false;  // the system says whether
  bool critical = false;      // it stops where this process ends
  std::vector<std::string> services;
};

// Reads the roles of processes. One that does not exist has none.
Status ReadProcessRoles(const std::vector<uint32_t>& pids, std::vector<ProcessRole>* roles);

// --- What a process starts, and what that starts, is to end with it (offspring.cc) ---

// How the system helps with that.
enum class Bond : uint32_t {
  kAdopts = 1,    // descendants whose parent ended become children of this process
  kEndsWith = 2,  // the system ends all descendants when this process ends
};

// Binds what this process starts from now on.
Status BindOffspring(Bond* bond);

// Reaps children that were adopted and have ended. `own` is the one that was started here, for
// which the event loop waits itself.
Status ReapAdopted(uint32_t own);

}  // namespace socktable
