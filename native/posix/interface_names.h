#pragma once

#include "../socket_table.h"

namespace socktable {

// Adds the names of all network interfaces that rows mention.
void AddInterfaceNames(SocketTable& table);

}  // namespace socktable
