#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../core/socket_table.h"

namespace socktable {

// What is known of a process.
struct ProcessFacts {
  bool exists = false;
  uint64_t started = 0;  // FILETIME; 0: not known
  std::string name;      // of its executable, without the folder; empty: not asked for or not known
};

// Takes from the rows of a table the owners that can't hold them (any more), by what is known of
// each of its processes, and leaves the processes that hold a row, with their names.
void KeepLivingOwners(const std::vector<ProcessFacts>& facts, SocketTable& table);

}  // namespace socktable
