#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "mib_layout.h"

namespace socktable {

// Asks Windows which part of a process a socket belongs to.
class OwnerModules {
 public:
  // For a record of a table with modules: the name of the service that made the socket, or of the
  // executable where it was no service; empty where Windows does not say.
  const std::string& NameOf(const MibLayout& layout, const uint8_t* record);

 private:
  // Windows asks its service manager each time; all sockets of one part have the same key.
  std::unordered_map<std::string, std::string> names_;
};

}  // namespace socktable
