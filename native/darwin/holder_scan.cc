#include "holder_scan.h"

#include <algorithm>
#include <cerrno>

#include "libproc_sockets.h"

namespace socktable {
namespace {

constexpr const char* kListCall = "proc_pidinfo(PROC_PIDLISTFDS)";

Status ProcessesToScan(const Query& query, const JoinedTable& joined,
                       std::vector<ProcessRecord>* processes) {
  if (query.pids.empty()) {
    if (Status status = ListProcesses(processes); !status.ok()) return status;
    // Most often those hold the sockets still, and the others need not be asked.
    const std::vector<uint32_t> users = joined.LastUsers();
    std::partition(processes->begin(), processes->end(), [&](const ProcessRecord& process) {
      return std::binary_search(users.begin(), users.end(), process.pid);
    });
    return Status::Ok();
  }
  for (const uint32_t pid : query.pids) {
    ProcessRecord process;
    Status status = FindProcess(pid, &process);
    if (status.ok()) processes->push_back(std::move(process));
    if (!status.ok() && status.code != ESRCH) return status;
  }
  return Status::Ok();
}

Status ScanProcess(uint32_t pid, JoinedTable* joined, Report* report) {
  std::vector<uint32_t> descriptors;
  Status status = ListSocketDescriptors(pid, &descriptors);
  if (!status.ok()) return status;
  for (const uint32_t descriptor : descriptors) {
    InetPcb pcb;
    int error = 0;
    switch (DescribeSocket(pid, descriptor, &pcb, &error)) {
      case DescriptorAnswer::kInternetSocket:
        joined->AddHeld(pcb, pid, descriptor);
        break;
      case DescriptorAnswer::kFailed:
        report->Unexpected(error, "proc_pidfdinfo(PROC_PIDFDSOCKETINFO)");
        break;
      case DescriptorAnswer::kOther:
        break;
    }
  }
  return status;
}

}  // namespace

Status ScanHolders(const Query& query, bool enough, JoinedTable* joined, Report* report,
                   std::vector<ProcessRecord>* processes) {
  Status status = ProcessesToScan(query, *joined, processes);
  if (!status.ok()) return status;
  const size_t asked = query.pids.size();
  uint32_t read = 0;
  for (const ProcessRecord& process : *processes) {
    if (query.Cancelled()) return Status::Os(ECANCELED, kListCall);
    if (enough && joined->AllHeld()) break;
    status = ScanProcess(process.pid, joined, report);
    if (status.ok()) {
      read++;
    } else if (status.code == EPERM) {
      report->denied++;
    } else if (status.code == ESRCH) {
      report->vanished++;
    } else {
      report->Unexpected(status.code, status.call);
    }
  }
  report->processes += read;
  if (asked == 0) return Status::Ok();
  // A question about certain processes has no honest answer where none of them could be read.
  if (read == 0) return Status::Os(report->denied > 0 ? EPERM : ESRCH, kListCall);
  if (report->denied > 0) report->Set(ReportFlag::kAskedDenied);
  return Status::Ok();
}

}  // namespace socktable
