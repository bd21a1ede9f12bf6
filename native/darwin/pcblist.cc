#include "pcblist.h"

#include <cerrno>

#include "sysctl_list.h"

namespace socktable {
namespace {

constexpr int kMostReadings = 3;

constexpr ListName kTcpList = {"net.inet.tcp.pcblist_n", "sysctl(net.inet.tcp.pcblist_n)"};
constexpr ListName kUdpList = {"net.inet.udp.pcblist_n", "sysctl(net.inet.udp.pcblist_n)"};
constexpr ListName kTcpList64 = {"net.inet.tcp.pcblist64", "sysctl(net.inet.tcp.pcblist64)"};
constexpr ListName kUdpList64 = {"net.inet.udp.pcblist64", "sysctl(net.inet.udp.pcblist64)"};

using Parse = PcbList(const uint8_t* bytes, size_t size, Protocol protocol, uint32_t self);

// The kernel holds up its network while it writes a list, so it is not asked for without end.
Status Read(const ListName& name, Parse parse, Protocol protocol, PcbListReading* reading) {
  const uint32_t self = EffectiveUser();
  std::vector<uint8_t> bytes;
  size_t said = 0;
  for (int i = 0; i < kMostReadings; i++) {
    Status status = FetchList(name, &bytes, &said);
    if (!status.ok()) return status;
    reading->changed = !IsUnchanged(bytes.data(), bytes.size());
    if (!reading->changed) break;
  }
  reading->list = parse(bytes.data(), bytes.size(), protocol, self);
  if (!reading->list.whole) return Status::Os(EPROTO, name.call);
  reading->kept_back = self != 0 && KeptBack(reading->list, protocol, said);
  return Status::Ok();
}

}  // namespace

Status ReadPcbList(Protocol protocol, PcbListReading* reading) {
  const bool tcp = protocol == Protocol::kTcp;
  Status status = Read(tcp ? kTcpList : kUdpList, ParsePcbList, protocol, reading);
  if (status.ok()) return status;
  // Private to Apple as that list is, it may go. This one is not, and it names no process.
  reading->fallback = status;
  status = Read(tcp ? kTcpList64 : kUdpList64, ParsePcbList64, protocol, reading);
  return status.ok() ? status : reading->fallback;
}

}  // namespace socktable
