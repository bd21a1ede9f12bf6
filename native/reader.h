#pragma once

#include "query.h"
#include "socket_table.h"
#include "status.h"

namespace socktable {

// The seam that every system implements (native/<os>/reader.cc): reads the sockets that the query
// asks for into an empty table, owners included. Blocks; any number of threads may call it at once.
// Throws nothing but std::bad_alloc.
Status ReadSockets(const Query& query, SocketTable& table);

// The system's own word for std::bad_alloc.
Status OutOfMemory();

}  // namespace socktable
