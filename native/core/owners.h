#pragma once

#include <cstdint>
#include <vector>

#include "query.h"
#include "socket_table.h"
#include "status.h"

namespace socktable {

// The seam for owners apart from rows, for repeated readers.

// Whether owners of what this query asks for take a search of their own. Then the rows can be read
// without them (Query::owners_follow), and ReadOwners finds those of some rows. Else they come with
// the rows.
bool OwnersAreSeparate(const Query& query);

// Fills in the owners of rows that were read without them. Processes in `likely` are searched
// first; where each socket has a holder then or is gone, no other process is. Services are not
// looked up.
Status ReadOwners(const Query& query, const std::vector<uint32_t>& likely, SocketTable& table);

// Whether the process still holds the socket under the descriptor that ReadOwners found.
bool StillHolds(uint32_t pid, uint32_t descriptor, uint64_t inode);

}  // namespace socktable
