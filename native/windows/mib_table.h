#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "../core/direction.h"
#include "../core/query.h"
#include "../core/socket_table.h"
#include "mib_layout.h"

namespace socktable {

// Takes rows of IP Helper's tables into a table, with their processes.
class MibCollector {
 public:
  MibCollector(const Query& query, SocketTable& table);

  // Adds the rows that the query asks for, and the offset of each in `bytes` to `offsets`. False,
  // with nothing added, where the count of rows is more than the bytes can hold.
  [[nodiscard]] bool Add(const MibLayout& layout, const uint8_t* bytes, size_t size,
                         std::vector<size_t>* offsets);

  // To be called once all tables are in.
  void SetDirections() { listeners_.SetDirections(table_); }

 private:
  void AddOwner(uint32_t pid, Row* row);

  const Query& query_;
  SocketTable& table_;
  Listeners listeners_;
  std::unordered_set<uint32_t> wanted_;             // PIDs; empty: any
  std::unordered_map<uint32_t, uint32_t> indexes_;  // of processes in the table, by PID
};

}  // namespace socktable
