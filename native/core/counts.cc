#include "counts.h"

#include <bitset>
#include <cstring>
#include <unordered_map>

#include "position_set.h"

namespace socktable {
namespace {

bool Waits(const Row& row) {
  return row.protocol == Protocol::kTcp ? row.state == State::kListen : !row.HasPeer();
}

// The ports that sockets of a table wait on, by protocol.
class ListeningPorts {
 public:
  explicit ListeningPorts(const SocketTable& table) {
    for (size_t i = 0; i < table.size(); i++) {
      if (Waits(table[i])) ports_[Place(table[i])] = true;
    }
  }
  bool Has(const Row& row) const { return ports_[Place(row)]; }

 private:
  static size_t Place(const Row& row) {
    return static_cast<size_t>(row.protocol) << 16 | row.local_port;
  }

  std::bitset<2 << 16> ports_;
};

uint64_t HashOfBytes(const Row& row) {
  uint64_t words[sizeof(Row) / sizeof(uint64_t)];
  memcpy(words, &row, sizeof words);
  uint64_t hash = 0;
  for (const uint64_t word : words) hash = MixHash(hash ^ word);
  return hash;
}

// The groups that a table's rows fall into, numbered as they are met.
class Groups {
 public:
  Groups(const SocketTable& table, uint32_t by, SocketTable* counts)
      : table_(table), by_(by), counts_(*counts), listening_(table) {}

  void Count(const Row& row) {
    Row& group = counts_.Append();
    FillIn(row, &group);
    const auto last = static_cast<uint32_t>(counts_.size() - 1);
    const uint32_t known = places_.FindOrAdd(HashOfBytes(group), last, [&](uint32_t other) {
      return memcmp(&counts_[other], &group, sizeof group) == 0;
    });
    if (known == PositionSet::kNone) {
      sockets_.push_back(1);
    } else {
      sockets_[known]++;
      counts_.Truncate(last);
    }
  }

  // Rows are told apart by their bytes until here.
  void Finish() {
    for (size_t i = 0; i < counts_.size(); i++) counts_[i].inode = sockets_[i];
  }

 private:
  void FillIn(const Row& row, Row* group) {
    const bool address = (by_ & CountBy::kRemoteAddress) != 0;
    if ((by_ & CountBy::kProtocol) != 0) group->protocol = row.protocol;
    if ((by_ & CountBy::kState) != 0) group->state = row.state;
    const bool peer = address && row.HasPeer();
    if ((by_ & CountBy::kFamily) != 0 || peer) group->flags |= row.flags & Row::kFlagIPv6;
    if ((by_ & CountBy::kListeningPort) != 0 && listening_.Has(row)) {
      group->local_port = row.local_port;
    }
    if ((by_ & CountBy::kProcess) != 0 && row.owner_count > 0) {
      group->owner_count = 1;
      group->owner_start = OwnerOf(table_.owners[row.owner_start].process);
    }
    if (peer) {
      group->flags |= Row::kFlagPeer;
      memcpy(group->remote_address, row.remote_address, sizeof group->remote_address);
    }
  }

  // Each process of the table that has a group is an owner of its own in the counts.
  uint32_t OwnerOf(uint32_t process) {
    const auto place = static_cast<uint32_t>(counts_.owners.size());
    const auto [known, added] = owners_.emplace(process, place);
    if (added) {
      const Process& source = table_.processes[process];
      counts_.processes.push_back({source.pid, counts_.AddText(table_, source.name)});
      counts_.owners.push_back({place, Owner::kNoDescriptor});
    }
    return known->second;
  }

  const SocketTable& table_;
  const uint32_t by_;
  SocketTable& counts_;
  const ListeningPorts listening_;
  PositionSet places_;
  std::vector<uint64_t> sockets_;
  std::unordered_map<uint32_t, uint32_t> owners_;  // by process of the table
};

}  // namespace

void CountSockets(const SocketTable& table, uint32_t by, SocketTable* counts) {
  Groups groups(table, by, counts);
  for (size_t i = 0; i < table.size(); i++) groups.Count(table[i]);
  groups.Finish();
  counts->report = table.report;
  counts->changes.sockets = static_cast<uint32_t>(table.size());
  counts->changes.hidden = table.CountHidden();
}

}  // namespace socktable
