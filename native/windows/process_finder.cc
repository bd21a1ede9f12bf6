#include "process_finder.h"

#include <string>

#include "process_times.h"
#include "unique_handle.h"
#include "wide_text.h"
#include "windows_headers.h"
// After windows.h, whose types it takes for granted.
#include <tlhelp32.h>

namespace socktable {
namespace {

// The last part of the path of its executable.
std::string ImageName(HANDLE process) {
  // A path is 32,767 characters long at the most; hardly any is longer than this.
  for (DWORD room : {DWORD{512}, DWORD{32768}}) {
    std::wstring path(room, L'\0');
    DWORD length = room;
    if (QueryFullProcessImageNameW(process, 0, &path[0], &length) != 0 && length <= room) {
      const size_t slash = path.find_last_of(L'\\', length);
      const size_t start = slash == std::wstring::npos ? 0 : slash + 1;
      return FromWide(path.data() + start, length - start);
    }
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER) return {};
  }
  return {};
}

}  // namespace

std::optional<ProcessRecord> ProcessFinder::Find(uint32_t pid, bool name) {
  ProcessRecord record;
  record.pid = pid;
  // The least right that a start time and a path take.
  const UniqueHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid));
  const bool unknown = !process.valid() && GetLastError() == ERROR_INVALID_PARAMETER;
  if (process.valid()) {
    // Windows takes no notice of the two lowest bits of a PID, which are always 0.
    if (GetProcessId(process.get()) != pid) return std::nullopt;
    // A handle of another process keeps the number of a process that has ended.
    DWORD code = STILL_ACTIVE;
    const bool exists = GetExitCodeProcess(process.get(), &code) == 0 || code == STILL_ACTIVE;
    if (!exists) return std::nullopt;
    record.has_start = ReadStartTime(process.get(), &record.started);
    if (!name) return record;
    record.name = ImageName(process.get());
    if (!record.name.empty()) return record;
  }
  // Protected processes can't be opened, and the system itself (PID 4) never.
  TakeSnapshot();
  const auto found = snapshot_.find(pid);
  if (found != snapshot_.end()) {
    if (name) record.name = found->second;
    return record;
  }
  if (process.valid()) return record;
  // The snapshot could not be taken, and what may not be opened is there.
  if (snapshot_.empty() && !unknown) return record;
  return std::nullopt;
}

void ProcessFinder::TakeSnapshot() {
  if (taken_) return;
  taken_ = true;
  const UniqueHandle snapshot(CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  if (!snapshot.valid()) return;
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = Process32FirstW(snapshot.get(), &entry); more != 0;
       more = Process32NextW(snapshot.get(), &entry)) {
    const size_t length = wcsnlen(entry.szExeFile, MAX_PATH);
    snapshot_.emplace(entry.th32ProcessID, FromWide(entry.szExeFile, length));
  }
}

}  // namespace socktable
