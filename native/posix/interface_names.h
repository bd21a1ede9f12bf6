#pragma once

#include "../core/socket_table.h"

namespace socktable {

// Adds the names of the network interfaces that were noted.
void AddInterfaceNames(SocketTable& table);

}  // namespace socktable
