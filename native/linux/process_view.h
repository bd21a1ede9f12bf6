#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace socktable {

// What /proc shows and hides of other processes.

// Whether this thread may inspect processes of any user: CAP_SYS_PTRACE, which root lacks in most
// containers.
bool MayTraceOthers();

// Whether a process exists that /proc keeps from this user (hidepid). Threads have such numbers
// too.
bool IsHiddenProcess(int proc, uint32_t pid);

// How the network namespace of a process compares with that of the calling thread.
enum class NetworkComparison : uint8_t {
  kSame,     // also where the kernel has no network namespaces, or the process has ended
  kOther,    // its sockets are in no table that is read here
  kUnknown,  // it may not be looked at
};
NetworkComparison CompareNetwork(int proc, uint32_t pid);

// Where the descriptors of processes are listed, for errors: /proc/1/fd or /proc/{1,2}/fd.
std::string PathOfDescriptors(const std::vector<uint32_t>& pids);

}  // namespace socktable
