#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/status.h"

namespace socktable {

// One of the kernel's lists of sockets, such as net.inet.tcp.pcblist_n.
struct ListName {
  const char* name;
  const char* call;  // as Status has it
};

// Reads a list; `said` is the size that the kernel announced.
Status FetchList(const ListName& list, std::vector<uint8_t>* bytes, size_t* said);

// The user for whom the kernel makes it.
uint32_t EffectiveUser();

}  // namespace socktable
