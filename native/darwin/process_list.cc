#include "process_list.h"

#include <libproc.h>
#include <sys/proc.h>
#include <sys/sysctl.h>

#include <cerrno>
#include <cstring>

namespace socktable {
namespace {

constexpr int kMostAttempts = 5;

ProcessRecord RecordOf(const kinfo_proc& info) {
  ProcessRecord process;
  process.pid = static_cast<uint32_t>(info.kp_proc.p_pid);
  process.parent = static_cast<uint32_t>(info.kp_eproc.e_ppid);
  process.has_uid = true;
  process.uid = info.kp_eproc.e_ucred.cr_uid;
  const timeval& started = info.kp_proc.p_starttime;
  process.started =
      static_cast<uint64_t>(started.tv_sec) * 1000000 + static_cast<uint64_t>(started.tv_usec);
  process.has_start = true;
  process.started_ms = static_cast<double>(process.started) / 1e3;
  process.ended = info.kp_proc.p_stat == SZOMB;
  process.name.assign(info.kp_proc.p_comm, strnlen(info.kp_proc.p_comm, MAXCOMLEN));
  return process;
}

}  // namespace

Status ListProcesses(std::vector<ProcessRecord>* list) {
  constexpr const char* kCall = "sysctl(kern.proc.all)";
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL, 0};
  std::vector<kinfo_proc> buffer;
  for (int attempt = 0; attempt < kMostAttempts; attempt++) {
    size_t size = 0;
    if (sysctl(name, 4, nullptr, &size, nullptr, 0) != 0) return Status::Os(errno, kCall);
    buffer.resize(size / sizeof(kinfo_proc) + 64);
    size = buffer.size() * sizeof(kinfo_proc);
    if (sysctl(name, 4, buffer.data(), &size, nullptr, 0) == 0) {
      buffer.resize(size / sizeof(kinfo_proc));
      for (const kinfo_proc& info : buffer) list->push_back(RecordOf(info));
      return Status::Ok();
    }
    // There are more of them by now.
    if (errno != ENOMEM) break;
  }
  return Status::Os(errno, kCall);
}

Status FindProcess(uint32_t pid, ProcessRecord* process) {
  constexpr const char* kCall = "sysctl(kern.proc.pid)";
  if (pid > INT32_MAX) return Status::Os(ESRCH, kCall);
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, static_cast<int>(pid)};
  kinfo_proc info{};
  size_t size = sizeof info;
  if (sysctl(name, 4, &info, &size, nullptr, 0) != 0) return Status::Os(errno, kCall);
  // For a number that is no process's it succeeds and gives nothing.
  if (size < sizeof info) return Status::Os(ESRCH, kCall);
  *process = RecordOf(info);
  return Status::Ok();
}

std::string ProcessName(const ProcessRecord& process) {
  // Without an end where all of it is needed (libproc.c, proc_name).
  char name[2 * MAXCOMLEN + 1] = {};
  if (proc_name(static_cast<int>(process.pid), name, 2 * MAXCOMLEN) <= 0) return process.name;
  return name;
}

}  // namespace socktable
