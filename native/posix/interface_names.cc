#include "interface_names.h"

#include <net/if.h>

#include <cstring>

namespace socktable {

void AddInterfaceNames(SocketTable& table) {
  for (Interface& interface : table.interfaces) {
    char buffer[IF_NAMESIZE] = {};
    // One that has gone keeps its number and has no name.
    if (if_indextoname(interface.index, buffer) == nullptr) continue;
    interface.name = table.AddText(buffer, strnlen(buffer, sizeof buffer));
  }
}

}  // namespace socktable
