#include "../process_table.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "../posix/user_name.h"
#include "numbered_entries.h"
#include "process.h"
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

class Reader {
 public:
  explicit Reader(int proc) : proc_(proc), boot_time_(BootTime()) {}

  // Nothing where there is no such process.
  std::optional<ProcessRecord> Read(uint32_t pid, bool whole) const {
    // Of several files each may be another process's where the PID goes to another one meanwhile:
    // then the start time is another one afterwards.
    for (int attempt = 0; attempt < 3; attempt++) {
      ProcessStat stat;
      if (!ReadStat(proc_, pid, &stat)) return std::nullopt;
      ProcessRecord record;
      record.pid = pid;
      record.parent = stat.parent;
      record.started = stat.started;
      record.has_start = true;
      record.started_ms = boot_time_ + static_cast<double>(stat.started) * tick_;
      record.name = ProcessName(proc_, pid);
      if (whole && !Complete(&record)) return std::nullopt;
      if (StartTime(proc_, pid) == stat.started) return record;
    }
    return std::nullopt;
  }

 private:
  // False where the number is a thread's: /proc/<tid> can be read but is not listed.
  bool Complete(ProcessRecord* record) const {
    std::string text;
    uint32_t group;
    if (ReadProcessFile(proc_, record->pid, "status", &text) &&
        ParseIds(text.data(), text.size(), &group, &record->uid)) {
      if (group != record->pid) return false;
      record->has_uid = true;
      record->user = UserName(record->uid);
    }
    record->executable = ExecutablePath(proc_, record->pid);
    // It is empty for threads of the kernel and for processes that have ended.
    if (ReadProcessFile(proc_, record->pid, "cmdline", &text) && !text.empty()) {
      record->has_arguments = true;
      record->arguments = ParseArguments(text.data(), text.size());
    }
    if (ReadProcessFile(proc_, record->pid, "cgroup", &text)) record->cgroups = text;
    return true;
  }

  int proc_;
  double boot_time_;
  double tick_ = 1000.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
};

}  // namespace

Status ReadProcesses(const ProcessQuery& query, std::vector<ProcessRecord>* records) {
  UniqueFd proc;
  if (Status status = OpenProc(&proc); !status.ok()) return status;
  std::vector<uint32_t> pids = query.pids;
  if (query.all) {
    NumberedEntries entries(size_t{1} << 15);
    int64_t next;
    const int error = entries.Read(proc.get(), false, &next, [&](uint32_t pid) {
      pids.push_back(pid);
      return true;
    });
    if (error != 0) return Status::Os(error, "getdents64", "/proc");
  }
  const Reader reader(proc.get());
  for (const uint32_t pid : pids) {
    std::optional<ProcessRecord> record = reader.Read(pid, query.whole);
    if (record) {
      records->push_back(std::move(*record));
    } else if (!query.all && IsHiddenProcess(proc.get(), pid)) {
      records->emplace_back().pid = pid;
    }
  }
  return Status::Ok();
}

std::string NameOfUser(uint32_t uid) { return UserName(uid); }

}  // namespace socktable
