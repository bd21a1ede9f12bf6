#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "status.h"

namespace socktable {

// What a process is to its system (Windows). The seam is native/<os>/process_roles.cc.
struct ProcessRole {
  uint32_t pid = 0;
  bool has_critical = false;  // the system says whether
  bool critical = false;      // it stops where this process ends
  std::vector<std::string> services;
};

// Reads the roles of processes. One that does not exist has none. ENOTSUP where the system knows no
// roles.
Status ReadProcessRoles(const std::vector<uint32_t>& pids, std::vector<ProcessRole>* roles);

}  // namespace socktable
