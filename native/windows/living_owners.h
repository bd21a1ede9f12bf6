#pragma once

#include <optional>
#include <vector>

#include "../core/processes.h"
#include "../core/socket_table.h"

namespace socktable {

// Takes from the rows of a table the owners that can't hold them (any more), by what is known of
// each of its processes (none where it does not exist), and leaves the processes that hold a row,
// with their names.
void KeepLivingOwners(const std::vector<std::optional<ProcessRecord>>& known, SocketTable& table);

}  // namespace socktable
