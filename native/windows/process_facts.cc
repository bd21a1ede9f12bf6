#include <algorithm>
#include <cstring>
#include <utility>

#include "../core/processes.h"
#include "process_list.h"
#include "process_times.h"
#include "unique_handle.h"
#include "wide_text.h"
#include "windows_headers.h"

namespace socktable {
namespace {

using NtQueryInformationProcessFunction = LONG(WINAPI*)(HANDLE process, int kind, void* buffer,
                                                        ULONG size, ULONG* needed);
// Since Windows 8.1.
constexpr int kProcessCommandLineInformation = 60;

// What that kind of information begins with.
struct UnicodeString {
  uint16_t size;  // in bytes
  uint16_t room;
  const wchar_t* text;
};

std::string ExecutablePath(HANDLE process) {
  // A path is 32,767 characters long at the most.
  std::wstring path(32768, L'\0');
  DWORD length = static_cast<DWORD>(path.size());
  if (QueryFullProcessImageNameW(process, 0, &path[0], &length) == 0) return {};
  return FromWide(path.data(), std::min<size_t>(length, path.size()));
}

std::string CommandLine(HANDLE process) {
  const auto query = reinterpret_cast<NtQueryInformationProcessFunction>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationProcess")));
  if (query == nullptr) return {};
  // A command line is 32,767 characters long at the most.
  std::vector<uint64_t> buffer((sizeof(UnicodeString) + 32768 * sizeof(wchar_t)) / 8 + 1);
  const ULONG size = static_cast<ULONG>(buffer.size() * 8);
  ULONG needed = 0;
  if (query(process, kProcessCommandLineInformation, buffer.data(), size, &needed) < 0) return {};
  UnicodeString line;
  memcpy(&line, buffer.data(), sizeof line);
  const auto start = reinterpret_cast<uintptr_t>(buffer.data());
  const auto text = reinterpret_cast<uintptr_t>(line.text);
  if (text < start || text - start > size || size - (text - start) < line.size) return {};
  return FromWide(line.text, line.size / sizeof(wchar_t));
}

// The account as DOMAIN\NAME.
std::string UserName(HANDLE process) {
  HANDLE opened = nullptr;
  if (OpenProcessToken(process, TOKEN_QUERY, &opened) == 0) return {};
  const UniqueHandle token(opened);
  alignas(TOKEN_USER) uint8_t buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  DWORD size = 0;
  if (GetTokenInformation(token.get(), TokenUser, buffer, sizeof buffer, &size) == 0) return {};
  wchar_t name[257];
  wchar_t domain[257];
  DWORD name_size = 257;
  DWORD domain_size = 257;
  SID_NAME_USE kind;
  const PSID sid = reinterpret_cast<TOKEN_USER*>(buffer)->User.Sid;
  if (LookupAccountSidW(nullptr, sid, name, &name_size, domain, &domain_size, &kind) == 0) {
    return {};
  }
  return FromWide(domain, domain_size) + "\\" + FromWide(name, name_size);
}

void Complete(ProcessRecord* record) {
  const UniqueHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, record->pid));
  if (!process.valid()) return;
  // The number may be another process's by now.
  uint64_t started;
  if (!ReadStartTime(process.get(), &started) || started != record->started) return;
  record->executable = ExecutablePath(process.get());
  record->command_line = CommandLine(process.get());
  record->user = UserName(process.get());
}

}  // namespace

Status ReadProcesses(const ProcessQuery& query, std::vector<ProcessRecord>* records) {
  std::vector<ProcessRecord> list;
  if (Status status = ListProcesses(&list); !status.ok()) return status;
  for (ProcessRecord& listed : list) {
    const auto asked = std::find(query.pids.begin(), query.pids.end(), listed.pid);
    if (!query.all && asked == query.pids.end()) continue;
    if (query.whole) Complete(&listed);
    records->push_back(std::move(listed));
  }
  return Status::Ok();
}

// Accounts have no such numbers.
Status NameOfUser(uint32_t, std::string*) { return Status::Os(ERROR_NOT_SUPPORTED, "NameOfUser"); }

}  // namespace socktable
