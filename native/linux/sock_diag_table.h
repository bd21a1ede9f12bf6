#pragma once

#include "../core/direction.h"
#include "../core/query.h"
#include "../core/socket_table.h"
#include "../core/status.h"

namespace socktable {

// Adds the sockets of one protocol that a query asks for, by as few dumps as the kernel allows.
// After a failure the rows that came before it may still be there. Where there are connections
// among them, `listeners` gets the sockets that wait for peers.
Status ReadSockDiag(Protocol protocol, const Query& query, SocketTable& table,
                    Listeners* listeners = nullptr);

}  // namespace socktable
