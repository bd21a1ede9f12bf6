#pragma once

#include "../core/query.h"
#include "../core/socket_table.h"
#include "../core/status.h"

namespace socktable {

// Adds the sockets of one protocol that a query asks for, by as few dumps as the kernel allows.
// After a failure the rows that came before it may still be there.
Status ReadSockDiag(Protocol protocol, const Query& query, SocketTable& table);

}  // namespace socktable
