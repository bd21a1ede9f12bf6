#include "process_list.h"

#include "windows_headers.h"

namespace socktable {
namespace {

using NtQuerySystemInformationFunction = LONG(WINAPI*)(int kind, void* buffer, ULONG size,
                                                       ULONG* needed);
constexpr int kSystemProcessInformation = 5;
constexpr LONG kInfoLengthMismatch = static_cast<LONG>(0xc0000004);
constexpr int kMostAttempts = 8;

}  // namespace

Status ListProcesses(std::vector<ProcessRecord>* list) {
  const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  // By way of void*, since FARPROC is a function of another type.
  const auto query = reinterpret_cast<NtQuerySystemInformationFunction>(
      reinterpret_cast<void*>(GetProcAddress(ntdll, "NtQuerySystemInformation")));
  if (query == nullptr) return Status::Os(ERROR_NOT_SUPPORTED, "NtQuerySystemInformation");
  // The list grows while it is asked for: each attempt leaves more room.
  std::vector<uint8_t> buffer(size_t{1} << 18);
  LONG result = kInfoLengthMismatch;
  for (int attempt = 0; attempt < kMostAttempts; attempt++) {
    ULONG needed = 0;
    result =
        query(kSystemProcessInformation, buffer.data(), static_cast<ULONG>(buffer.size()), &needed);
    if (result >= 0) {
      *list = ParseProcessList(buffer.data(), buffer.size());
      KeepTrueParents(list);
      return Status::Ok();
    }
    if (result != kInfoLengthMismatch) break;
    buffer.resize((buffer.size() > needed ? buffer.size() : needed) * 2);
  }
  return Status::Os(result, "NtQuerySystemInformation");
}

}  // namespace socktable
