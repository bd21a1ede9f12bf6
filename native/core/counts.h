#pragma once

#include <cstdint>

#include "socket_table.h"

namespace socktable {

// Counts the rows of a table, by bits of CountBy. Each combination that occurs becomes a record of
// `counts`, which gets no rows.
void CountSockets(const SocketTable& table, uint32_t by, SocketTable* counts);

}  // namespace socktable
