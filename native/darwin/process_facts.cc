#include <libproc.h>
#include <sys/sysctl.h>

#include <cerrno>
#include <utility>

#include "../core/processes.h"
#include "../posix/shortage.h"
#include "../posix/user_name.h"
#include "process_arguments.h"
#include "process_list.h"

namespace socktable {
namespace {

std::string ExecutablePath(uint32_t pid) {
  char path[PROC_PIDPATHINFO_MAXSIZE];
  const int length = proc_pidpath(static_cast<int>(pid), path, sizeof path);
  return length <= 0 ? std::string() : std::string(path, static_cast<size_t>(length));
}

// The kernel shows them for this user's processes, and to root for all. It leaves out the end of
// what does not fit, so that there has to be room for the longest.
std::optional<std::vector<std::string>> ReadArguments(uint32_t pid) {
  int most = 0;
  size_t size = sizeof most;
  int limit[] = {CTL_KERN, KERN_ARGMAX};
  if (sysctl(limit, 2, &most, &size, nullptr, 0) != 0 || most <= 0) return std::nullopt;
  std::vector<uint8_t> bytes(static_cast<size_t>(most));
  size = bytes.size();
  int name[] = {CTL_KERN, KERN_PROCARGS2, static_cast<int>(pid)};
  if (sysctl(name, 3, bytes.data(), &size, nullptr, 0) != 0) return std::nullopt;
  return ParseProcessArguments(bytes.data(), size);
}

Status Complete(ProcessRecord* record) {
  record->executable = ExecutablePath(record->pid);
  std::optional<std::vector<std::string>> arguments = ReadArguments(record->pid);
  record->has_arguments = arguments.has_value();
  if (arguments) record->arguments = std::move(*arguments);
  const int code = UserName(record->uid, &record->user);
  return IsShortage(code) ? Status::Os(code, "getpwuid_r") : Status::Ok();
}

// Adds what is known of a listed process, unless it ended while that was asked for: then some of it
// may be another process's.
Status Add(ProcessRecord listed, bool whole, std::vector<ProcessRecord>* records) {
  listed.name = ProcessName(listed);
  Status status = whole ? Complete(&listed) : Status::Ok();
  if (!status.ok()) return status;
  ProcessRecord again;
  status = FindProcess(listed.pid, &again);
  if (status.code == ESRCH) return Status::Ok();
  if (status.ok() && again.started == listed.started) records->push_back(std::move(listed));
  return status;
}

}  // namespace

Status ReadProcesses(const ProcessQuery& query, std::vector<ProcessRecord>* records) {
  std::vector<ProcessRecord> list;
  if (query.all) {
    if (Status status = ListProcesses(&list); !status.ok()) return status;
  }
  for (const uint32_t pid : query.pids) {
    ProcessRecord& process = list.emplace_back();
    Status status = FindProcess(pid, &process);
    if (status.code == ESRCH) {
      list.pop_back();
    } else if (!status.ok()) {
      return status;
    }
  }
  for (ProcessRecord& listed : list) {
    if (Status status = Add(std::move(listed), query.whole, records); !status.ok()) return status;
  }
  return Status::Ok();
}

}  // namespace socktable
