#include "pcblist.h"

#include <sys/sysctl.h>
#include <unistd.h>

#include <cerrno>

namespace socktable {
namespace {

constexpr int kMostAttempts = 5;
constexpr int kMostReadings = 3;
// No host has as many sockets: what says so is not to be believed.
constexpr size_t kMostSize = size_t{1} << 30;

// One of the lists of a protocol. Status takes names that live for ever.
struct ListName {
  const char* name;
  const char* call;
};
constexpr ListName kTcpList = {"net.inet.tcp.pcblist_n", "sysctl(net.inet.tcp.pcblist_n)"};
constexpr ListName kUdpList = {"net.inet.udp.pcblist_n", "sysctl(net.inet.udp.pcblist_n)"};
constexpr ListName kTcpList64 = {"net.inet.tcp.pcblist64", "sysctl(net.inet.tcp.pcblist64)"};
constexpr ListName kUdpList64 = {"net.inet.udp.pcblist64", "sysctl(net.inet.udp.pcblist64)"};

// `said` is the size that the kernel announced.
Status Fetch(const ListName& list, std::vector<uint8_t>* bytes, size_t* said) {
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
    // It has grown meanwhile.
    if (errno != ENOMEM) return Status::Os(errno, list.call);
  }
  return Status::Os(ENOMEM, list.call);
}

// The kernel holds up its network while it writes a list, so it is not asked for without end.
Status FetchUnchanged(const ListName& list, std::vector<uint8_t>* bytes, size_t* said,
                      bool* changed) {
  for (int reading = 0; reading < kMostReadings; reading++) {
    Status status = Fetch(list, bytes, said);
    if (!status.ok()) return status;
    *changed = !IsUnchanged(bytes->data(), bytes->size());
    if (!*changed) break;
  }
  return Status::Ok();
}

}  // namespace

Status ReadPcbList(Protocol protocol, PcbListReading* reading) {
  const bool tcp = protocol == Protocol::kTcp;
  const uint32_t self = geteuid();
  std::vector<uint8_t> bytes;
  size_t said = 0;
  const ListName& list = tcp ? kTcpList : kUdpList;
  Status status = FetchUnchanged(list, &bytes, &said, &reading->changed);
  if (status.ok()) {
    reading->list = ParsePcbList(bytes.data(), bytes.size(), protocol, self);
    reading->kept_back = self != 0 && KeptBack(reading->list, protocol, said);
    return reading->list.whole ? status : Status::Os(EBADMSG, list.call);
  }
  // Private to Apple as that one is, it may go; this one is not, and names no process.
  reading->fallback = status;
  const ListName& list64 = tcp ? kTcpList64 : kUdpList64;
  status = FetchUnchanged(list64, &bytes, &said, &reading->changed);
  if (!status.ok()) return reading->fallback;
  reading->list = ParsePcbList64(bytes.data(), bytes.size(), protocol, self);
  return reading->list.whole ? status : Status::Os(EBADMSG, list64.call);
}

}  // namespace socktable
