#include "proc_net.h"

#include <fcntl.h>

#include <cerrno>
#include <vector>

#include "../posix/unique_fd.h"

namespace socktable {
namespace {

// The kernel hands out a page or so per call whatever is asked for.
constexpr size_t kBufferSize = 64 * 1024;

const char* PathOf(Protocol protocol, bool ipv6) {
  // "thread-self", not "self": a thread may have a network namespace of its own.
  if (protocol == Protocol::kTcp) {
    return ipv6 ? "/proc/thread-self/net/tcp6" : "/proc/thread-self/net/tcp";
  }
  return ipv6 ? "/proc/thread-self/net/udp6" : "/proc/thread-self/net/udp";
}

}  // namespace

Status ReadProcNet(Protocol protocol, bool ipv6, const Query& query, RowCollector& rows) {
  const char* path = PathOf(protocol, ipv6);
  UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT && ipv6) return Status::Ok();
    return Status::Os(errno, "open", path);
  }
  std::vector<char> buffer(kBufferSize);
  ProcNetParser parser(protocol, ipv6, rows);
  for (;;) {
    if (query.Cancelled()) return Status::Os(ECANCELED, "read", path);
    const ssize_t size = read(fd.get(), buffer.data(), buffer.size());
    if (size == 0) break;
    if (size < 0) {
      if (errno == EINTR) continue;
      return Status::Os(errno, "read", path);
    }
    parser.Feed(buffer.data(), static_cast<size_t>(size));
  }
  parser.Finish();
  return Status::Ok();
}

}  // namespace socktable
