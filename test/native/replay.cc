#include "replay.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>

#include "../../native/linux/proc_net.h"
#include "../../native/linux/process.h"
#include "../../native/linux/row_collector.h"
#include "../../native/linux/sock_diag.h"
#include "../../native/windows/growing_table.h"
#include "../../native/windows/living_owners.h"
#include "../../native/windows/mib_table.h"
#include "../../native/windows/process_list.h"

namespace socktable {

void Require(bool holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "broken: %s\n", what);
  abort();
}

Query Everything() {
  Query query;
  query.protocols = Bit(Protocol::kTcp) | Bit(Protocol::kUdp);
  query.families = Query::kBothFamilies;
  query.tcp_states = UINT32_MAX;
  query.udp_peers = Query::kAnyUdp;
  query.include = Bit(Include::kDetails);
  return query;
}

namespace {

// Recorded dumps answer the request with this number (scripts/record-fixtures.py).
constexpr uint32_t kSequence = 1;

// Bytes are one buffer after the other, each behind its length as four bytes, little end first. A
// length that says too much takes what there is.
void ReplaySockDiag(Protocol protocol, const uint8_t* bytes, size_t size, Replayed* replayed) {
  const Query query = Everything();
  replayed->table.Expect(query);
  RowCollector rows(query, replayed->table);
  DiagReplies replies;
  while (size >= 4 && !replies.done && !replies.malformed) {
    const size_t said =
        bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<size_t>(bytes[3]) << 24;
    const size_t length = std::min(said, size - 4);
    // A copy of the exact size, so that reading behind its end is found out.
    const std::vector<uint8_t> buffer(bytes + 4, bytes + 4 + length);
    const bool interrupted = replies.interrupted;
    replies = ParseDiagReplies(buffer.data(), buffer.size(), kSequence, protocol, rows);
    replies.interrupted |= interrupted;
    bytes += 4 + length;
    size -= 4 + length;
  }
  char text[96];
  snprintf(text, sizeof text, "done=%d error=%d interrupted=%d malformed=%d", replies.done,
           replies.error, replies.interrupted, replies.malformed);
  replayed->outcome = text;
}

void ReplayProcNet(Protocol protocol, bool ipv6, size_t piece, const uint8_t* bytes, size_t size,
                   Replayed* replayed) {
  const Query query = Everything();
  replayed->table.Expect(query);
  RowCollector rows(query, replayed->table);
  ProcNetParser parser(protocol, ipv6, rows);
  for (size_t at = 0; at < size; at += piece) {
    const std::vector<char> part(bytes + at, bytes + std::min(size, at + piece));
    parser.Feed(part.data(), part.size());
  }
  parser.Finish();
  replayed->outcome = "skipped=" + std::to_string(replayed->table.report.skipped);
}

void ReplayQuery(const uint8_t* bytes, size_t size, Replayed* replayed) {
  std::vector<uint32_t> words(size / 4);
  if (!words.empty()) memcpy(words.data(), bytes, words.size() * 4);
  Query query;
  const bool ok = DecodeQuery(words.data(), words.size(), &query);
  replayed->outcome = "query=" + std::to_string(ok);
  if (!ok) return;
  const std::vector<uint8_t> program = PortFilterProgram(query.local_ports, query.remote_ports);
  char text[4];
  replayed->outcome += " filter=";
  for (const uint8_t byte : program) {
    snprintf(text, sizeof text, "%02x", byte);
    replayed->outcome += text;
  }
}

// The first byte says which of the tables it is, by its place in kMibLayouts.
void MibParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  if (size == 0) return;
  const MibLayout& layout = kMibLayouts[bytes[0] % std::size(kMibLayouts)];
  // A copy of the exact size, as above.
  const std::vector<uint8_t> table(bytes + 1, bytes + size);
  const Query query = Everything();
  std::vector<size_t> offsets;
  replayed->table.Expect(query);
  MibCollector rows(query, replayed->table);
  const bool ok = rows.Add(layout, table.data(), table.size(), &offsets);
  rows.SetDirections();
  Require(offsets.size() == replayed->table.size(), "an offset for each row");
  replayed->table.report.sources = Bit(Source::kIpHelper);
  replayed->outcome = "ok=" + std::to_string(ok);
}

// What is known of a process, for each that the table names: whether it exists and when it started,
// as two 64-bit numbers. They stand behind their count and before the table.
void OwnersParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  if (size == 0) return;
  const size_t count = bytes[0];
  if (size - 1 < count * 16) return;
  MibParser(bytes + 1 + count * 16, size - 1 - count * 16, replayed);
  SocketTable& table = replayed->table;
  std::vector<std::optional<ProcessRecord>> known(table.processes.size());
  for (size_t i = 0; i < std::min(count, known.size()); i++) {
    uint64_t words[2];
    memcpy(words, bytes + 1 + i * 16, sizeof words);
    if (words[0] == 0) continue;
    ProcessRecord& process = known[i].emplace();
    process.started = words[1];
    process.name = "process";
  }
  KeepLivingOwners(known, table);
  for (size_t i = 0; i < table.size(); i++) {
    const Row& row = table[i];
    Require(row.owner_count == 0 || row.owner_start < table.owners.size(), "an owner that exists");
  }
  for (const Owner& owner : table.owners) {
    Require(owner.process < table.processes.size(), "an owner's process that exists");
  }
}

// Answers one after the other, each with the size that it asks for; the last goes on for ever.
void GrowingParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  if (size < 8) return;
  std::vector<uint8_t> buffer;
  size_t calls = 0;
  const uint32_t answer = FetchGrowing(
      [&](uint8_t* room, uint32_t* needed) -> uint32_t {
        const size_t at = std::min(calls++, size / 8 - 1) * 8;
        room[*needed - 1] = 1;  // all the room is there
        uint32_t code;
        memcpy(&code, bytes + at, sizeof code);
        memcpy(needed, bytes + at + 4, sizeof *needed);
        return code;
      },
      &buffer);
  replayed->outcome = "answer=" + std::to_string(answer) + " calls=" + std::to_string(calls) +
                      " room=" + std::to_string(buffer.size());
}

template <Protocol protocol>
void SockDiagParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  ReplaySockDiag(protocol, bytes, size, replayed);
}

template <Protocol protocol, bool ipv6>
void ProcParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  ReplayProcNet(protocol, ipv6, size + 1, bytes, size, replayed);
}

// The same text in small pieces: where it is cut must make no difference.
template <Protocol protocol, bool ipv6>
void ProcParserInPieces(const uint8_t* bytes, size_t size, Replayed* replayed) {
  constexpr size_t kPiece = 7;
  ReplayProcNet(protocol, ipv6, kPiece, bytes, size, replayed);
}

void StatParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<char> text(bytes, bytes + size);
  ProcessStat stat;
  const bool ok = ParseStat(text.data(), text.size(), &stat);
  replayed->outcome = ok ? "start=" + std::to_string(stat.started) : "start=none";
}

void ParentParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<char> text(bytes, bytes + size);
  ProcessStat stat;
  const bool ok = ParseStat(text.data(), text.size(), &stat);
  replayed->outcome = ok ? "parent=" + std::to_string(stat.parent) : "parent=none";
}

void StatusParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<char> text(bytes, bytes + size);
  uint32_t group;
  uint32_t uid;
  const bool ok = ParseIds(text.data(), text.size(), &group, &uid);
  replayed->outcome =
      ok ? "group=" + std::to_string(group) + " uid=" + std::to_string(uid) : "group=none uid=none";
}

void ArgumentsParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<char> text(bytes, bytes + size);
  const std::vector<std::string> arguments = ParseArguments(text.data(), text.size());
  size_t length = 0;
  for (const std::string& argument : arguments) length += argument.size();
  replayed->outcome =
      "count=" + std::to_string(arguments.size()) + " length=" + std::to_string(length);
}

// The list of Windows. Names stand at addresses, so that recorded bytes have none.
void ProcessesParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<uint8_t> copy(bytes, bytes + size);
  std::vector<ProcessRecord> list = ParseProcessList(copy.data(), copy.size());
  KeepTrueParents(&list);
  replayed->outcome = "processes=";
  for (const ProcessRecord& process : list) {
    replayed->outcome += std::to_string(process.pid) + "<" + std::to_string(process.parent) + ",";
  }
}

void LinkParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<char> text(bytes, bytes + size);
  replayed->outcome = "inode=" + std::to_string(ParseSocketLink(text.data(), text.size()));
}

void MountsParser(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<char> text(bytes, bytes + size);
  replayed->outcome = "hides=" + std::to_string(ParseHidePid(text.data(), text.size()));
}

struct NamedParser {
  const char* name;
  ReplayParser parser;
  ReplayParser again;  // has to come to the same
};
constexpr NamedParser kParsers[] = {
    {"sock_diag_tcp", SockDiagParser<Protocol::kTcp>, nullptr},
    {"sock_diag_udp", SockDiagParser<Protocol::kUdp>, nullptr},
    {"tcp", ProcParser<Protocol::kTcp, false>, ProcParserInPieces<Protocol::kTcp, false>},
    {"tcp6", ProcParser<Protocol::kTcp, true>, ProcParserInPieces<Protocol::kTcp, true>},
    {"udp", ProcParser<Protocol::kUdp, false>, ProcParserInPieces<Protocol::kUdp, false>},
    {"udp6", ProcParser<Protocol::kUdp, true>, ProcParserInPieces<Protocol::kUdp, true>},
    {"stat", StatParser, nullptr},
    {"parent", ParentParser, nullptr},
    {"status", StatusParser, nullptr},
    {"arguments", ArgumentsParser, nullptr},
    {"processes", ProcessesParser, nullptr},
    {"link", LinkParser, nullptr},
    {"mounts", MountsParser, nullptr},
    {"mib", MibParser, nullptr},
    {"owners", OwnersParser, nullptr},
    {"growing", GrowingParser, nullptr},
    {"query", ReplayQuery, nullptr},
    {"pcblist", ReplayPcbList, nullptr},
    {"mac", ReplayMac, nullptr},
    {"mac_arguments", ReplayProcessArguments, nullptr},
    {"match", ReplayMatch, nullptr},
};

const NamedParser* FindParser(const std::string& name) {
  for (const NamedParser& parser : kParsers) {
    if (name == parser.name) return &parser;
  }
  return nullptr;
}

std::vector<uint8_t> Packed(SocketTable& table) {
  const PackedTable packed = table.Pack();
  return {packed.bytes.get(), packed.bytes.get() + packed.size};
}

}  // namespace

std::vector<std::string> ReplayParsers() {
  std::vector<std::string> names;
  for (const NamedParser& parser : kParsers) names.emplace_back(parser.name);
  return names;
}

bool Replay(const std::string& parser, const uint8_t* bytes, size_t size, Replayed* replayed) {
  const NamedParser* found = FindParser(parser);
  if (found == nullptr) return false;
  found->parser(bytes, size, replayed);
  return true;
}

void CheckReplay(const std::string& parser, const uint8_t* bytes, size_t size) {
  const NamedParser* found = FindParser(parser);
  Require(found != nullptr, "a parser of that name");
  Replayed first;
  found->parser(bytes, size, &first);
  // No row is told in fewer bytes than MIB_UDPROW has.
  Require(first.table.size() <= size / 8, "no more rows than the bytes can hold");
  for (size_t i = 0; i < first.table.size(); i++) {
    Require(static_cast<uint32_t>(first.table[i].state) < kStateCount, "a known state");
  }
  const std::vector<uint8_t> packed = Packed(first.table);
  if (found->again == nullptr) return;
  Replayed second;
  found->again(bytes, size, &second);
  Require(packed == Packed(second.table), "the same rows however the text is cut");
  Require(first.outcome == second.outcome, "the same outcome however the text is cut");
}

}  // namespace socktable
