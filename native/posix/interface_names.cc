#include "interface_names.h"

#include <net/if.h>

#include <algorithm>
#include <cstring>

namespace socktable {

void AddInterfaceNames(SocketTable& table) {
  for (size_t i = 0; i < table.size(); i++) {
    const uint32_t index = table[i].interface;
    if (index == 0) continue;
    const auto known =
        std::find_if(table.interfaces.begin(), table.interfaces.end(),
                     [&](const Interface& interface) { return interface.index == index; });
    if (known != table.interfaces.end()) continue;
    char buffer[IF_NAMESIZE] = {};
    Text name;
    // An interface that has gone keeps its number and has no name.
    if (if_indextoname(index, buffer) != nullptr) {
      name = table.AddText(buffer, strnlen(buffer, sizeof buffer));
    }
    table.interfaces.push_back({index, name});
  }
}

}  // namespace socktable
