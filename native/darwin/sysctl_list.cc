#include "sysctl_list.h"

#include <sys/sysctl.h>
#include <unistd.h>

#include <cerrno>

namespace socktable {
namespace {

constexpr int kMostAttempts = 5;
// No host has this many sockets: a larger size is an error.
constexpr size_t kMostSize = size_t{1} << 30;

}  // namespace

Status FetchList(const ListName& list, std::vector<uint8_t>* bytes, size_t* said) {
  for (int attempt = 0; attempt < kMostAttempts; attempt++) {
    if (sysctlbyname(list.name, nullptr, said, nullptr, 0) != 0) {
      return Status::Os(errno, list.call);
    }
    if (*said > kMostSize) return Status::Os(EOVERFLOW, list.call);
    bytes->resize(*said + *said / 4);
    size_t size = bytes->size();
    if (sysctlbyname(list.name, bytes->data(), &size, nullptr, 0) == 0) {
      bytes->resize(size);
      return Status::Ok();
    }
    // It has grown since its size was asked for.
    if (errno != ENOMEM) break;
  }
  return Status::Os(errno, list.call);
}

uint32_t EffectiveUser() { return geteuid(); }

}  // namespace socktable
