#pragma once

#include "../core/socket_table.h"

namespace socktable {

// Adds the names of all interfaces that rows of the table mention. A number that no interface has
// is taken out of its row: it was no scope.
void AddInterfaceNames(SocketTable& table);

}  // namespace socktable
