#include "counts.h"

#include <bitset>
#include <cstring>
#include <unordered_map>

#include "direction.h"
#include "position_set.h"

namespace socktable {
namespace {

// The ports that sockets of a table wait on, by protocol.
class ListeningPorts {
 public:
  explicit ListeningPorts(const SocketTable& table) {
    for (size_t i = 0; i < table.size(); i++) {
      if (WaitsForPeers(table[i])) ports_[Place(table[i])] = true;
    }
  }
  bool Has(const Row& row) const { return ports_[Place(row)]; }

 private:
  static size_t Place(const Row& row) {
    return static_cast<size_t>(row.protocol) << 16 | row.local_port;
  }

  std::bitset<kProtocolCount << 16> ports_;
};

uint64_t HashOfBytes(const Count& count) {
  uint64_t words[sizeof count / sizeof(uint64_t)];
  memcpy(words, &count, sizeof words);
  uint64_t hash = 0;
  for (const uint64_t word : words) hash = MixHash(hash ^ word);
  return hash;
}

// The combinations that a table's rows fall into, numbered as they are met.
class Counts {
 public:
  Counts(const SocketTable& table, uint32_t by, SocketTable* counts)
      : table_(table), by_(by), into_(*counts), listening_(table) {}

  void Add(const Row& row) {
    const Count key = KeyOf(row);
    const auto next = static_cast<uint32_t>(into_.counts.size());
    const uint32_t known = places_.FindOrAdd(HashOfBytes(key), next, [&](uint32_t other) {
      return memcmp(&into_.counts[other], &key, sizeof key) == 0;
    });
    if (known == PositionSet::kNone) {
      into_.counts.push_back(key);
      sockets_.push_back(1);
    } else {
      sockets_[known]++;
    }
  }

  // Records are compared by their bytes until here.
  void Finish() {
    for (size_t i = 0; i < sockets_.size(); i++) into_.counts[i].sockets = sockets_[i];
  }

 private:
  bool By(CountBy what) const { return (by_ & Bit(what)) != 0; }

  Count KeyOf(const Row& row) {
    Count key{};
    key.process = Count::kNoProcess;
    if (By(CountBy::kProtocol)) key.protocol = row.protocol;
    if (By(CountBy::kState)) key.state = row.state;
    if (By(CountBy::kDirection)) key.direction = row.direction;
    const bool peer = By(CountBy::kRemoteAddress) && row.HasPeer();
    if (By(CountBy::kFamily) || peer) key.family = row.family;
    if (By(CountBy::kListeningPort) && listening_.Has(row)) key.listening_port = row.local_port;
    if (By(CountBy::kPid) && row.owner_count > 0) {
      key.process = ProcessOf(table_.owners[row.owner_start].process);
    }
    if (peer) {
      key.has_peer = 1;
      memcpy(key.remote_address, row.remote_address, sizeof key.remote_address);
    }
    return key;
  }

  // Each process of the table that has a count is one of the counts' own.
  uint32_t ProcessOf(uint32_t process) {
    const auto place = static_cast<uint32_t>(into_.processes.size());
    const auto [known, added] = processes_.emplace(process, place);
    if (added) {
      const Process& source = table_.processes[process];
      into_.processes.push_back({source.pid, into_.AddText(table_, source.name)});
    }
    return known->second;
  }

  const SocketTable& table_;
  const uint32_t by_;
  SocketTable& into_;
  const ListeningPorts listening_;
  PositionSet places_;
  std::vector<uint64_t> sockets_;
  std::unordered_map<uint32_t, uint32_t> processes_;  // by process of the table
};

}  // namespace

void CountSockets(const SocketTable& table, uint32_t by, SocketTable* into) {
  Counts counts(table, by, into);
  for (size_t i = 0; i < table.size(); i++) counts.Add(table[i]);
  counts.Finish();
  into->report = table.report;
  into->report.sockets = static_cast<uint32_t>(table.size());
  into->report.hidden_sockets = table.CountHidden();
}

}  // namespace socktable
