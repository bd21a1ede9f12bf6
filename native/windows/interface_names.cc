#include "interface_names.h"

#include <string>
#include <unordered_map>

#include "wide_text.h"
#include "windows_headers.h"

namespace socktable {
namespace {

// The name that people know it by, such as "Ethernet"; empty where there is no such interface.
std::string AliasOf(uint32_t index) {
  NET_LUID luid;
  wchar_t alias[NDIS_IF_MAX_STRING_SIZE + 1];
  if (ConvertInterfaceIndexToLuid(index, &luid) != NO_ERROR) return {};
  if (ConvertInterfaceLuidToAlias(&luid, alias, NDIS_IF_MAX_STRING_SIZE + 1) != NO_ERROR) {
    return std::to_string(index);
  }
  return FromWide(alias, wcsnlen(alias, NDIS_IF_MAX_STRING_SIZE));
}

}  // namespace

void AddInterfaceNames(SocketTable& table) {
  std::unordered_map<uint32_t, bool> exists;
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.interface == 0) continue;
    const auto [known, added] = exists.emplace(row.interface, false);
    if (added) {
      const std::string alias = AliasOf(row.interface);
      known->second = !alias.empty();
      if (known->second) {
        table.interfaces.push_back({row.interface, table.AddText(alias.data(), alias.size())});
      }
    }
    if (!known->second) row.interface = 0;
  }
}

}  // namespace socktable
