#pragma once

#include <cstdint>
#include <vector>

#include "../core/status.h"
#include "mib_table.h"

namespace socktable {

// Asks IP Helper for a whole table and leaves its bytes in `buffer`, which may be used again and
// again. `listeners` leaves out what does not listen, where the table can; it is a mere saving.
Status FetchMibTable(const MibLayout& layout, bool listeners, std::vector<uint8_t>* buffer);

}  // namespace socktable
