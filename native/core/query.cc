#include "query.h"

namespace socktable {
namespace {

bool InRanges(uint16_t port, const std::vector<PortRange>& ranges) {
  if (ranges.empty()) return true;
  for (const PortRange& range : ranges) {
    if (port >= range.first && port <= range.last) return true;
  }
  return false;
}

bool DecodeRanges(const uint32_t* words, size_t count, std::vector<PortRange>* ranges) {
  for (size_t i = 0; i < count; i++) {
    const PortRange range{static_cast<uint16_t>(words[i] >> 16), static_cast<uint16_t>(words[i])};
    if (range.first > range.last) return false;
    ranges->push_back(range);
  }
  return true;
}

bool DecodeList(uint32_t kind, const uint32_t* words, size_t count, Query* query) {
  switch (static_cast<QueryList>(kind)) {
    case QueryList::kLocalPorts:
      return DecodeRanges(words, count, &query->local_ports);
    case QueryList::kRemotePorts:
      return DecodeRanges(words, count, &query->remote_ports);
    case QueryList::kPids:
      query->pids.insert(query->pids.end(), words, words + count);
      return true;
  }
  return false;
}

bool DecodeLists(const uint32_t* words, size_t left, Query* query) {
  while (left > 0) {
    if (left < 2) return false;
    const uint32_t kind = words[0];
    const size_t count = words[1];
    words += 2;
    left -= 2;
    if (count > left || !DecodeList(kind, words, count, query)) return false;
    words += count;
    left -= count;
  }
  return true;
}

}  // namespace

bool Query::Matches(const Row& row) const {
  if (!Includes(row.family)) return false;
  if (row.protocol == Protocol::kTcp) {
    if ((tcp_states & Bit(row.state)) == 0) return false;
  } else {
    const UdpPeer peer = row.HasPeer() ? UdpPeer::kConnected : UdpPeer::kUnconnected;
    if ((udp_peers & Bit(peer)) == 0) return false;
  }
  if (!InRanges(row.local_port, local_ports)) return false;
  if (remote_ports.empty()) return true;
  return row.HasPeer() && InRanges(row.remote_port, remote_ports);
}

bool DecodeQuery(const uint32_t* words, size_t count, Query* query) {
  if (count < kQueryWords) return false;
  const auto word = [&](QueryWord which) { return words[static_cast<uint32_t>(which)]; };
  if (word(QueryWord::kVersion) != kSchemaVersion) return false;
  query->protocols = word(QueryWord::kProtocols);
  query->families = word(QueryWord::kFamilies);
  query->tcp_states = word(QueryWord::kTcpStates);
  query->udp_peers = word(QueryWord::kUdpPeers);
  query->include = word(QueryWord::kInclude);
  if (word(QueryWord::kOwners) >= kOwnersCount) return false;
  if (query->include >= 1u << kIncludeCount) return false;
  if (word(QueryWord::kSource) >= kSourceCount) return false;
  query->owners = static_cast<Owners>(word(QueryWord::kOwners));
  query->source = static_cast<Source>(word(QueryWord::kSource));
  return DecodeLists(words + kQueryWords, count - kQueryWords, query);
}

}  // namespace socktable
