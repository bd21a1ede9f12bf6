#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "../core/processes.h"
#include "../posix/user_name.h"
#include "process.h"
#include "process_list.h"
#include "process_view.h"

namespace socktable {
namespace {

double Milliseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// When the clock was at 0 that start times are counted by: CLOCK_BOOTTIME, in the time namespace
// of whoever reads (fs/proc/array.c, do_task_stat). A step of the wall clock moves it.
double BootTime() {
  // The two clocks can't be read at once: the pair with the least between them is the best.
  double best = 0;
  double least = 1e9;
  for (int i = 0; i < 3; i++) {
    const double before = Milliseconds(CLOCK_BOOTTIME);
    const double wall = Milliseconds(CLOCK_REALTIME);
    const double after = Milliseconds(CLOCK_BOOTTIME);
    if (after - before < least) {
      least = after - before;
      best = wall - (before + after) / 2;
    }
  }
  return best;
}

// Denied: it is there and may not be looked at. Thread: the number is none of a process.
enum class Found { kRead, kGone, kDenied, kThread };

class Reader {
 public:
  explicit Reader(int proc) : proc_(proc), boot_time_(BootTime()) {}

  // Sets `found` where there is such a process. ESRCH, EACCES and their like are answers; only what
  // says nothing of the process is an error.
  Status Read(uint32_t pid, bool whole, ProcessRecord* record, Found* found) const {
    // Of several files each may belong to another process, where the PID is reused between two of
    // them: then the start time is another one afterwards.
    for (int attempt = 0; attempt < 3; attempt++) {
      *record = ProcessRecord();
      record->pid = pid;
      *found = Found::kGone;
      ProcessStat stat;
      if (const int code = ReadStat(proc_, pid, &stat); code != 0) return Unread(code, found);
      record->parent = stat.parent;
      record->started = stat.started;
      record->ended = stat.HasExited();
      record->has_start = true;
      record->started_ms = boot_time_ + static_cast<double>(stat.started) * tick_;
      if (const int code = ProcessName(proc_, pid, &record->name); code != 0) {
        return Failed(code, "comm");
      }
      if (whole) {
        if (Status status = Complete(record, found); !status.ok()) return status;
        if (*found == Found::kThread) return Status::Ok();
      }
      ProcessStat again;
      const int code = ReadStat(proc_, pid, &again);
      if (code == 0 && again.started == stat.started) {
        *found = Found::kRead;
        return Status::Ok();
      }
      if (code != 0 && !IsGone(code)) return Unread(code, found);
    }
    return Status::Ok();
  }

 private:
  static Status Failed(int code, const char* file) {
    return Status::Os(code, "openat", std::string("/proc/<pid>/") + file);
  }

  static Status Unread(int code, Found* found) {
    if (IsDenied(code)) *found = Found::kDenied;
    return IsGone(code) || IsDenied(code) ? Status::Ok() : Failed(code, "stat");
  }

  // The number may be a thread's: /proc/<tid> can be read but is not listed.
  Status Complete(ProcessRecord* record, Found* found) const {
    std::string text;
    uint32_t group;
    const uint32_t pid = record->pid;
    int code = ReadProcessFile(proc_, pid, "status", &text);
    if (IsShortage(code)) return Failed(code, "status");
    if (code == 0 && ParseIds(text.data(), text.size(), &group, &record->uid)) {
      if (group != pid) {
        *found = Found::kThread;
        return Status::Ok();
      }
      record->has_uid = true;
      code = UserName(record->uid, &record->user);
      if (IsShortage(code)) return Status::Os(code, "getpwuid_r");
    }
    code = ExecutablePath(proc_, pid, &record->executable);
    if (code != 0) return Status::Os(code, "readlinkat", "/proc/<pid>/exe");
    // It is empty for threads of the kernel and for processes that have ended.
    code = ReadProcessFile(proc_, pid, "cmdline", &text);
    if (IsShortage(code)) return Failed(code, "cmdline");
    if (code == 0 && !text.empty()) {
      record->has_arguments = true;
      record->arguments = ParseArguments(text.data(), text.size());
    }
    code = ReadProcessFile(proc_, pid, "cgroup", &text);
    if (IsShortage(code)) return Failed(code, "cgroup");
    if (code == 0) record->cgroups = text;
    return Status::Ok();
  }

  int proc_;
  double boot_time_;
  double tick_ = 1000.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
};

}  // namespace

Status ReadProcesses(const ProcessQuery& query, std::vector<ProcessRecord>* records) {
  UniqueFd proc;
  if (Status status = OpenOwnProc(&proc); !status.ok()) return status;
  std::vector<uint32_t> pids = query.pids;
  if (query.all) {
    if (Status status = ListProcesses(proc.get(), &pids); !status.ok()) return status;
  }
  const Reader reader(proc.get());
  for (const uint32_t pid : pids) {
    ProcessRecord record;
    Found found;
    Status status = reader.Read(pid, query.whole, &record, &found);
    // One odd process must not hide all others.
    const bool odd = query.all && !IsShortage(status.code);
    if (!status.ok() && !odd) return status;
    if (found == Found::kRead && status.ok()) {
      records->push_back(std::move(record));
    } else if (!query.all && (found == Found::kDenied ||
                              (found == Found::kGone && IsHiddenProcess(proc.get(), pid)))) {
      records->emplace_back().pid = pid;
    }
  }
  return Status::Ok();
}

}  // namespace socktable
