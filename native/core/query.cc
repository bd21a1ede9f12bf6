#include "query.h"

#include "socket_table.h"

namespace socktable {
namespace {

bool InRanges(uint16_t port, const std::vector<PortRange>& ranges) {
  if (ranges.empty()) return true;
  for (const PortRange& range : ranges) {
    if (port >= range.first && port <= range.last) return true;
  }
  return false;
}

// Reads words one after the other and remembers whether there were enough.
class WordReader {
 public:
  WordReader(const uint32_t* words, size_t count) : words_(words), left_(count) {}

  uint32_t Next() {
    if (left_ == 0) {
      ok_ = false;
      return 0;
    }
    left_--;
    return *words_++;
  }

  void Ranges(std::vector<PortRange>* ranges) {
    const uint32_t count = Next();
    if (count > left_) {
      ok_ = false;
      return;
    }
    for (uint32_t i = 0; i < count; i++) {
      const uint32_t word = Next();
      const PortRange range{static_cast<uint16_t>(word >> 16), static_cast<uint16_t>(word)};
      if (range.first > range.last) ok_ = false;
      ranges->push_back(range);
    }
  }

  void Numbers(std::vector<uint32_t>* numbers) {
    const uint32_t count = Next();
    if (count > left_) {
      ok_ = false;
      return;
    }
    for (uint32_t i = 0; i < count; i++) numbers->push_back(Next());
  }

  bool AllRead() const { return ok_ && left_ == 0; }

 private:
  const uint32_t* words_;
  size_t left_;
  bool ok_ = true;
};

}  // namespace

bool Query::Matches(const Row& row) const {
  if ((families & (row.IsIPv6() ? kIPv6 : kIPv4)) == 0) return false;
  if (row.protocol == Protocol::kTcp) {
    if ((tcp_states & Bit(row.state)) == 0) return false;
  } else {
    if ((udp_peers & (row.HasPeer() ? kUdpConnected : kUdpUnconnected)) == 0) return false;
  }
  if (!InRanges(row.local_port, local_ports)) return false;
  if (remote_ports.empty()) return true;
  return row.HasPeer() && InRanges(row.remote_port, remote_ports);
}

bool DecodeQuery(const uint32_t* words, size_t count, Query* query) {
  WordReader reader(words, count);
  if (reader.Next() != kQueryVersion) return false;
  query->protocols = reader.Next();
  query->families = reader.Next();
  query->tcp_states = reader.Next();
  query->udp_peers = reader.Next();
  const uint32_t owners = reader.Next();
  const uint32_t extras = reader.Next();
  const uint32_t source = reader.Next();
  reader.Ranges(&query->local_ports);
  reader.Ranges(&query->remote_ports);
  reader.Numbers(&query->pids);
  if (!reader.AllRead()) return false;
  if (owners > static_cast<uint32_t>(Owners::kAll)) return false;
  if (extras > (Query::kNames | Query::kTimes | Query::kServices)) return false;
  if (source > static_cast<uint32_t>(Source::kLibproc)) return false;
  query->owners = static_cast<Owners>(owners);
  query->names = (extras & Query::kNames) != 0;
  query->times = (extras & Query::kTimes) != 0;
  query->services = (extras & Query::kServices) != 0;
  query->source = static_cast<Source>(source);
  return true;
}

}  // namespace socktable
