#pragma once

#include <cstdint>
#include <vector>

#include "query.h"
#include "socket_table.h"
#include "status.h"

namespace socktable {

// The seam that every system implements (native/<os>/reader.cc): reads the sockets that the query
// asks for into an empty table, owners included. Blocks; any number of threads may call it at once.
// Throws nothing but std::bad_alloc.
Status ReadSockets(const Query& query, SocketTable& table);

// --- For who reads again and again: owners apart from rows ---

// Whether owners of what this query asks for take a search of their own, for which it can be asked
// without them and ReadOwners later, for some of its rows. Else they come with the rows.
bool OwnersAreApart(const Query& query);

// Fills in the owners of rows that were read with Owners::kNone. Processes in `likely` are searched
// first; where each socket has a holder then or is gone, nobody else is. Services stay untold.
Status ReadOwners(const Query& query, const std::vector<uint32_t>& likely, SocketTable& table);

// Whether the process still holds the socket under the descriptor that ReadOwners told.
bool StillHolds(uint32_t pid, uint32_t descriptor, uint64_t inode);

// Whether a read failed since none of the processes that it was to ask is there.
bool IsNoSuchProcess(const Status& status);

// The system's own word for std::bad_alloc.
Status OutOfMemory();

// A read that was cancelled before it began.
Status CancelledRead();

}  // namespace socktable
