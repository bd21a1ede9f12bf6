#include <cstring>
#include <iterator>

#include "mib_table.h"

namespace socktable {
namespace {

constexpr uint16_t kNone = MibLayout::kNone;

// MIB_TCP_STATE counts from 1 (RFC 4022 and its own order).
constexpr State kStateOfMib[] = {
    State::kNone,        State::kClosed,      State::kListen,   State::kSynSent,
    State::kSynReceived, State::kEstablished, State::kFinWait1, State::kFinWait2,
    State::kCloseWait,   State::kClosing,     State::kLastAck,  State::kTimeWait,
    State::kClosed,  // DELETE_TCB: its control block is being deleted
};

State StateOfMib(uint32_t number) {
  return number < std::size(kStateOfMib) ? kStateOfMib[number] : State::kNone;
}

// A row within the bytes of its table.
class Record {
 public:
  explicit Record(const uint8_t* bytes) : bytes_(bytes) {}

  template <class Number>
  Number Get(uint16_t offset) const {
    Number number;
    memcpy(&number, bytes_ + offset, sizeof number);
    return number;
  }

  // In network order in the first two bytes of a DWORD, whose others "may contain uninitialized
  // data" (MIB_TCPROW in the documentation).
  uint16_t Port(uint16_t offset) const {
    return static_cast<uint16_t>(bytes_[offset] << 8 | bytes_[offset + 1]);
  }

  void Address(uint16_t offset, bool ipv6, uint8_t* address) const {
    memcpy(address, bytes_ + offset, ipv6 ? 16 : 4);
  }

 private:
  const uint8_t* bytes_;
};

// The scope is meant for link-local addresses and is whatever it is for others.
uint32_t InterfaceOf(const MibLayout& layout, const Record& record, const Row& row) {
  constexpr uint32_t kAny = UINT32_MAX;
  uint32_t scope = 0;
  if (layout.local_scope != kNone && IsLinkLocal(row.local_address)) {
    scope = record.Get<uint32_t>(layout.local_scope);
  } else if (layout.remote_scope != kNone && row.HasPeer() && IsLinkLocal(row.remote_address)) {
    scope = record.Get<uint32_t>(layout.remote_scope);
  }
  return scope == kAny ? 0 : scope;
}

void FillRow(const MibLayout& layout, const Record& record, Row* row) {
  row->protocol = layout.protocol;
  row->family = layout.ipv6 ? Family::kIPv6 : Family::kIPv4;
  record.Address(layout.local_address, layout.ipv6, row->local_address);
  row->local_port = record.Port(layout.local_port);
  if (layout.state != kNone) row->state = StateOfMib(record.Get<uint32_t>(layout.state));
  if (layout.remote_port != kNone && row->state != State::kListen) {
    // A listener's peer has no meaning, and a socket that never had one shows port 0.
    const uint16_t port = record.Port(layout.remote_port);
    if (port != 0) {
      row->flags |= Row::kFlagPeer;
      row->remote_port = port;
      record.Address(layout.remote_address, layout.ipv6, row->remote_address);
    }
  }
  row->interface = InterfaceOf(layout, record, *row);
  if (layout.created != kNone) row->created = record.Get<uint64_t>(layout.created);
}

// Windows shows PID 0, its idle process, for sockets that have none any more.
OwnerUnknown ReasonWithoutProcess(const Row& row) {
  const bool lives = row.protocol == Protocol::kUdp || row.state == State::kListen ||
                     row.state == State::kEstablished || row.state == State::kCloseWait;
  return lives ? OwnerUnknown::kNotFound : OwnerUnknown::kNoOwner;
}

}  // namespace

MibCollector::MibCollector(const Query& query, SocketTable& table)
    : query_(query), table_(table), wanted_(query.pids.begin(), query.pids.end()) {}

bool MibCollector::Add(const MibLayout& layout, const uint8_t* bytes, size_t size,
                       std::vector<size_t>* offsets) {
  uint32_t count;
  if (size < sizeof count) return false;
  memcpy(&count, bytes, sizeof count);
  if (count == 0) return true;
  if (size < layout.first || count > (size - layout.first) / layout.size) return false;
  for (uint32_t i = 0; i < count; i++) {
    const size_t offset = layout.first + static_cast<size_t>(i) * layout.size;
    const Record record(bytes + offset);
    const uint32_t pid = layout.pid == kNone ? 0 : record.Get<uint32_t>(layout.pid);
    Row& row = table_.Append();
    FillRow(layout, record, &row);
    if (WaitsForPeers(row)) listeners_.Add(row);
    // Wine lists sockets that are not bound to a port; they take none.
    const bool held = wanted_.empty() || wanted_.count(pid) != 0;
    if (!held || row.local_port == 0 || !query_.Matches(row)) {
      table_.DropLast();
      continue;
    }
    if (layout.pid == kNone) {
      row.owner_unknown = OwnerUnknown::kNotAsked;
    } else {
      AddOwner(pid, &row);
    }
    offsets->push_back(offset);
  }
  return true;
}

// All rows of a process share its entry in the list of owners.
void MibCollector::AddOwner(uint32_t pid, Row* row) {
  if (pid == 0) {
    row->owner_unknown = ReasonWithoutProcess(*row);
    return;
  }
  const auto [place, added] = indexes_.emplace(pid, static_cast<uint32_t>(table_.processes.size()));
  if (added) {
    table_.processes.push_back({pid, {}});
    table_.owners.push_back({place->second, Owner::kNoDescriptor});
  }
  row->owner_start = place->second;
  row->owner_count = 1;
}

}  // namespace socktable
