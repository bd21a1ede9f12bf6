#pragma once

#include <cstdint>
#include <vector>

#include "../core/status.h"
#include "inet_pcb.h"

namespace socktable {

// What proc_pidfdinfo returned for a descriptor.
enum class DescriptorAnswer : uint8_t {
  kInternetSocket,
  kOther,  // another kind of socket, or one that was closed during the search
  kFailed,
};

// The numbers of a process's descriptors that are sockets. EPERM where it is another user's.
Status ListSocketDescriptors(uint32_t pid, std::vector<uint32_t>* descriptors);

// A socket by its descriptor; `error` is the reason of a failure.
DescriptorAnswer DescribeSocket(uint32_t pid, uint32_t descriptor, InetPcb* pcb, int* error);

}  // namespace socktable
