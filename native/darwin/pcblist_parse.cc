#include <algorithm>
#include <cstring>

#include "pcblist.h"
#include "pcblist_records.h"

namespace socktable {
namespace {

// The records of one socket follow each other, the first of them being that of the internet
// protocols. Records whose kind is not known are passed over, and so are those of a socket that has
// gone: their kind is 0 (bsd/netinet/in_pcblist.c, sbtoxsockbuf_n).
class Group {
 public:
  explicit Group(Protocol protocol) : protocol_(protocol) { Begin(); }

  bool begun() const { return begun_; }
  const InetPcb& pcb() const { return pcb_; }

  // False where a record that is needed is shorter than it ever was.
  bool Take(uint32_t kind, const uint8_t* bytes, size_t size) {
    switch (kind) {
      case kInternetRecord:
        return TakeInternet(bytes, size);
      case kSocketRecord:
        return TakeSocket(bytes, size);
      case kReceiveBufferRecord:
        return TakeBuffer(bytes, size, &pcb_.receive_bytes);
      case kSendBufferRecord:
        return TakeBuffer(bytes, size, &pcb_.send_bytes);
      case kTcpRecord:
        return TakeTcp(bytes, size);
      default:
        return true;
    }
  }

  int32_t ip_protocol() const { return ip_protocol_; }
  bool IsComplete() const { return protocol_ == Protocol::kUdp || has_state_; }

  void Begin() {
    pcb_ = InetPcb();
    pcb_.protocol = protocol_;
    ip_protocol_ = 0;
    has_state_ = false;
    begun_ = false;
  }

 private:
  bool TakeInternet(const uint8_t* bytes, size_t size) {
    begun_ = true;
    InternetRecord record;
    if (!ReadRecord(bytes, size, &record)) return false;
    FillInternet(record, &pcb_);
    return true;
  }

  bool TakeSocket(const uint8_t* bytes, size_t size) {
    SocketRecord record;
    if (!ReadRecord(bytes, size, &record)) return false;
    ip_protocol_ = record.protocol;
    pcb_.last_pid = record.last_pid > 0 ? static_cast<uint32_t>(record.last_pid) : 0;
    FillSocket(record, &pcb_);
    return true;
  }

  static bool TakeBuffer(const uint8_t* bytes, size_t size, uint32_t* waiting) {
    BufferRecord record;
    if (!ReadRecord(bytes, size, &record)) return false;
    *waiting = record.bytes;
    return true;
  }

  bool TakeTcp(const uint8_t* bytes, size_t size) {
    TcpRecord record;
    if (!ReadRecord(bytes, size, &record)) return false;
    has_state_ = true;
    pcb_.tcp_state = record.state;
    return true;
  }

  const Protocol protocol_;
  InetPcb pcb_;
  int32_t ip_protocol_ = 0;
  bool has_state_ = false;
  bool begun_ = false;
};

}  // namespace

PcbList ParsePcbList(const uint8_t* bytes, size_t size, Protocol protocol, uint32_t self) {
  PcbList list;
  PcbListMark mark;
  if (!ReadFirstMark(bytes, size, &mark)) return list;
  Group group(protocol);
  bool broken = false;
  const auto finish = [&] {
    if (!group.begun()) return;
    if (broken || !group.IsComplete()) {
      list.skipped++;
    } else {
      AddSocket(group.pcb(), group.ip_protocol(), mark, self, &list);
    }
    group.Begin();
    broken = false;
  };
  size_t at = sizeof mark;
  PcbRecordHead head;
  while (ReadRecord(bytes + at, size - at, &head)) {
    // The mark behind the list; the kernel leaves it out where there is no socket at all.
    if (head.length <= sizeof mark) break;
    if (head.length > size - at) {
      list.skipped++;
      return list;
    }
    if (head.kind == kInternetRecord) finish();
    broken |= !group.Take(head.kind, bytes + at, head.length);
    // Records begin at multiples of 8.
    at += std::min<size_t>((head.length + size_t{7}) & ~size_t{7}, size - at);
  }
  finish();
  list.whole = EndsWithMark(size, at);
  return list;
}

bool IsUnchanged(const uint8_t* bytes, size_t size) {
  PcbListMark before;
  PcbListMark after;
  if (!ReadRecord(bytes, size, &before)) return false;
  if (size < 2 * sizeof after) return true;
  memcpy(&after, bytes + size - sizeof after, sizeof after);
  return before.generation == after.generation;
}

bool KeptBack(const PcbList& list, Protocol protocol, size_t said) {
  // Where other users' sockets are shown none is hidden, and every Mac has some.
  if (list.has_others || said < 2 * sizeof(PcbListMark)) return false;
  // The size is that of two marks and, for n sockets, n + n / 8 + 1 groups of records, each of this
  // size since macOS 13 (bsd/netinet/in_pcblist.c, get_pcblist_n). The records of pcblist64 are
  // smaller: of them it takes more to be sure.
  const size_t group = protocol == Protocol::kTcp ? 616 : 408;
  const size_t groups = (said - 2 * sizeof(PcbListMark)) / group;
  const size_t sockets = groups == 0 ? 0 : (groups - 1) * 8 / 9;
  // Some of those counted are not listed, having been closed.
  return sockets > list.sockets.size() + list.skipped + sockets / 8 + 1;
}

}  // namespace socktable
