#include <cstring>
#include <unordered_map>

#include "../core/processes.h"
#include "unique_handle.h"
#include "wide_text.h"
#include "windows_headers.h"

namespace socktable {
namespace {

// Since Windows 8.1, and not in Wine: an import that is missing would keep the addon from loading.
using IsProcessCriticalFunction = BOOL(WINAPI*)(HANDLE process, BOOL* critical);

void AskWhetherCritical(IsProcessCriticalFunction ask, ProcessRole* role) {
  if (ask == nullptr) return;
  const UniqueHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, role->pid));
  BOOL critical = FALSE;
  // Windows takes no notice of the two lowest bits of a PID, which are always 0.
  if (!process.valid() || GetProcessId(process.get()) != role->pid) return;
  if (ask(process.get(), &critical) == 0) return;
  role->has_critical = true;
  role->critical = critical != FALSE;
}

using Services = std::unordered_map<uint32_t, std::vector<std::string>>;

// The names of the services that run, by the process that runs them.
Status ListServices(Services* services) {
  const UniqueService manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_ENUMERATE_SERVICE));
  if (!manager.valid()) return Status::Os(static_cast<int>(GetLastError()), "OpenSCManager");
  // What one call returns at the most (EnumServicesStatusEx).
  std::vector<uint64_t> buffer(256 * 1024 / sizeof(uint64_t));
  const size_t size = buffer.size() * sizeof(uint64_t);
  DWORD resume = 0;
  for (;;) {
    DWORD needed = 0;
    DWORD count = 0;
    const BOOL whole =
        EnumServicesStatusExW(manager.get(), SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE,
                              reinterpret_cast<BYTE*>(buffer.data()), static_cast<DWORD>(size),
                              &needed, &count, &resume, nullptr);
    const DWORD error = whole != 0 ? ERROR_SUCCESS : GetLastError();
    if (whole == 0 && (error != ERROR_MORE_DATA || count == 0)) {
      return Status::Os(static_cast<int>(error), "EnumServicesStatusEx");
    }
    const size_t room = size / sizeof(ENUM_SERVICE_STATUS_PROCESSW);
    for (size_t i = 0; i < count && i < room; i++) {
      ENUM_SERVICE_STATUS_PROCESSW entry;
      memcpy(&entry, reinterpret_cast<const uint8_t*>(buffer.data()) + i * sizeof entry,
             sizeof entry);
      const uint32_t pid = entry.ServiceStatusProcess.dwProcessId;
      if (pid != 0) (*services)[pid].push_back(TextIn(buffer.data(), size, entry.lpServiceName));
    }
    if (whole != 0) return Status::Ok();
  }
}

}  // namespace

Status ReadProcessRoles(const std::vector<uint32_t>& pids, std::vector<ProcessRole>* roles) {
  Services services;
  if (Status status = ListServices(&services); !status.ok()) return status;
  const auto ask = reinterpret_cast<IsProcessCriticalFunction>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "IsProcessCritical")));
  for (const uint32_t pid : pids) {
    ProcessRole role;
    role.pid = pid;
    AskWhetherCritical(ask, &role);
    const auto found = services.find(pid);
    if (found != services.end()) role.services = found->second;
    roles->push_back(std::move(role));
  }
  return Status::Ok();
}

}  // namespace socktable
