#pragma once

#include <cstdint>
#include <vector>

#include "../core/status.h"

namespace socktable {

// Adds the PIDs of all processes that /proc lists. `proc` is its open directory.
Status ListProcesses(int proc, std::vector<uint32_t>* pids);

}  // namespace socktable
