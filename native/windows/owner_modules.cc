#include "owner_modules.h"

#include <cstring>
#include <vector>

#include "wide_text.h"
#include "windows_headers.h"

namespace socktable {
namespace {

// The four functions GetOwnerModuleFrom{Tcp,Tcp6,Udp,Udp6}Entry differ by the record alone. Looked
// up by name: Wine has none of them, and an import that is missing would keep the addon from
// loading.
using GetOwnerModule = DWORD(WINAPI*)(void* record, TCPIP_OWNER_MODULE_INFO_CLASS what,
                                      void* buffer, DWORD* size);

GetOwnerModule FunctionFor(const MibLayout& layout) {
  const bool tcp = layout.protocol == Protocol::kTcp;
  const char* name =
      tcp           ? layout.ipv6 ? "GetOwnerModuleFromTcp6Entry" : "GetOwnerModuleFromTcpEntry"
      : layout.ipv6 ? "GetOwnerModuleFromUdp6Entry"
                    : "GetOwnerModuleFromUdpEntry";
  const HMODULE library = GetModuleHandleW(L"iphlpapi.dll");
  if (library == nullptr) return nullptr;
  return reinterpret_cast<GetOwnerModule>(reinterpret_cast<void*>(GetProcAddress(library, name)));
}

std::string Ask(const MibLayout& layout, const uint8_t* record) {
  const GetOwnerModule ask = FunctionFor(layout);
  if (ask == nullptr) return {};
  // The functions take a record that they may write to, and want it aligned.
  std::vector<uint64_t> copy(layout.size / sizeof(uint64_t));
  memcpy(copy.data(), record, layout.size);
  std::vector<uint8_t> buffer(1024);
  for (int tries = 0; tries < 3; tries++) {
    DWORD size = static_cast<DWORD>(buffer.size());
    const DWORD code = ask(copy.data(), TCPIP_OWNER_MODULE_INFO_BASIC, buffer.data(), &size);
    if (code == NO_ERROR) {
      TCPIP_OWNER_MODULE_BASIC_INFO info;
      memcpy(&info, buffer.data(), sizeof info);
      return TextIn(buffer.data(), buffer.size(), info.pModuleName);
    }
    if (code != ERROR_INSUFFICIENT_BUFFER || size > 1024 * 1024) return {};
    buffer.resize(size + size_t{256});
  }
  return {};
}

}  // namespace

const std::string& OwnerModules::NameOf(const MibLayout& layout, const uint8_t* record) {
  // The PID and what Windows calls OwningModuleInfo, with which every such record ends.
  constexpr size_t kModuleInfoSize = TCPIP_OWNING_MODULE_SIZE * sizeof(ULONGLONG);
  std::string key(reinterpret_cast<const char*>(record + layout.pid), sizeof(uint32_t));
  key.append(reinterpret_cast<const char*>(record + layout.size - kModuleInfoSize),
             kModuleInfoSize);
  const auto [known, added] = names_.emplace(std::move(key), std::string());
  if (added) known->second = Ask(layout, record);
  return known->second;
}

}  // namespace socktable
