#pragma once

#include <cstdint>
#include <unordered_map>

#include "../core/socket_table.h"

namespace socktable {

// Copies rows of other tables into one, with what belongs to them: owners, their processes and
// names, services.
class RowCopier {
 public:
  explicit RowCopier(SocketTable& to);

  void Copy(const SocketTable& from, uint32_t position);
  // The owners alone, to a row of the table copied to.
  void CopyOwners(const SocketTable& from, const Row& source, Row* row);

 private:
  uint32_t IndexOf(const SocketTable& from, const Process& process);

  SocketTable& to_;
  std::unordered_map<uint32_t, uint32_t> indexes_;  // of processes, by PID
};

}  // namespace socktable
