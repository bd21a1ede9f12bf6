#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

// The schema of everything that crosses to JavaScript as bytes or numbers: queries one way, packed
// tables the other. It has this one owner: layout.cc gives each field and each value a name, the
// addon exports them when it is loaded, and src/layout.ts asks for numbers by name.

namespace socktable {

// --- Values ---

enum class Protocol : uint8_t { kTcp = 0, kUdp = 1 };
constexpr uint32_t kProtocolCount = 2;

enum class Family : uint8_t { kIPv4 = 0, kIPv6 = 1 };

// RFC 9293 states, numbered by us: every system has numbers of its own, and they stop at its
// reader. kNone is a UDP socket or a state that this version does not know.
enum class State : uint8_t {
  kNone = 0,
  kClosed,
  kListen,
  kSynSent,
  kSynReceived,
  kEstablished,
  kFinWait1,
  kFinWait2,
  kCloseWait,
  kClosing,
  kLastAck,
  kTimeWait,
  kBound,  // bound to a port, neither listening nor connected
};
constexpr uint32_t kStateCount = 13;

// Which end opened a connection.
enum class Direction : uint8_t { kNone = 0, kIn = 1, kOut = 2 };

// Why a row has no PID.
enum class OwnerUnknown : uint8_t {
  kKnown = 0,         // it has one
  kNotAsked = 1,      // owners were not asked for
  kNoOwner = 2,       // the kernel keeps none: TIME_WAIT, SYN_RECEIVED, closed but not yet finished
  kNotAccepted = 3,   // waits in a listener's queue: no process has accepted it yet
  kPermission = 4,    // processes that could not be read may hold it
  kGone = 5,          // it closed during the read
  kNotFound = 6,      // no process that was read holds it: the kernel's own, or in flight
  kExited = 7,        // the process that made it has ended, and the system names no other
  kPidNamespace = 8,  // /proc numbers processes otherwise than this one: its PIDs mean nothing here
  kNotSearched = 9,   // the search ended early: see ReportFlag::kSearchEnded
};

enum class Source : uint8_t {
  kAuto = 0,
  kSockDiag = 1,
  kProcfs = 2,
  kIpHelper = 3,
  kPcbList = 4,
  kLibproc = 5,
};
constexpr uint32_t kSourceCount = 6;

enum class Owners : uint32_t {
  kNone = 0,
  kFirst = 1,  // one holder of each socket is enough: stop as soon as each has one
  kAll = 2,    // every holder of each socket
};
constexpr uint32_t kOwnersCount = 3;

// What a query adds to the rows.
enum class Include : uint32_t {
  kNames = 0,    // of processes
  kDetails = 1,  // the section of that name
  kService = 2,  // the service behind each socket (Windows)
};
constexpr uint32_t kIncludeCount = 3;

enum class UdpPeer : uint32_t { kUnconnected = 0, kConnected = 1 };

// What sockets are counted by.
enum class CountBy : uint32_t {
  kProtocol = 0,
  kFamily = 1,
  kState = 2,
  kDirection = 3,
  kListeningPort = 4,
  kPid = 5,  // the first owner
  kRemoteAddress = 6,
};

template <class Enum>
constexpr uint32_t Bit(Enum value) {
  return 1u << static_cast<uint32_t>(value);
}

// --- Queries: 32-bit words, these first and then lists ---

enum class QueryWord : uint32_t {
  kVersion = 0,
  kProtocols = 1,  // bits of Protocol
  kFamilies = 2,   // bits of Family
  kTcpStates = 3,  // bits of State; 0 leaves TCP out
  kUdpPeers = 4,   // bits of UdpPeer; 0 leaves UDP out
  kOwners = 5,
  kInclude = 6,  // bits of Include
  kSource = 7,
};
constexpr uint32_t kQueryWords = 8;

// A list is the number of its kind, how many words follow, and these words.
enum class QueryList : uint32_t {
  kLocalPorts = 0,   // the first port of a range in the high half, the last one in the low half
  kRemotePorts = 1,  // likewise
  kPids = 2,
};

// Changes whenever a name of the schema comes to mean something else.
constexpr uint32_t kSchemaVersion = 5;

// --- Packed tables: a header, a directory of sections, and the sections, aligned to 8 bytes ---

constexpr uint32_t kMagic = 0x42544b53;  // "SKTB" as little-endian bytes

struct Header {
  uint32_t magic;
  uint32_t version;
  uint32_t sections;  // so many entries of the directory follow
  uint32_t unused;
};
static_assert(sizeof(Header) == 16);

enum class Section : uint32_t {
  kRows = 0,
  kDetails = 1,
  kOwners = 2,
  kProcesses = 3,
  kInterfaces = 4,
  kServices = 5,
  kCounts = 6,
  kChanges = 7,
  kReport = 8,
  kStrings = 9,
};
constexpr uint32_t kSectionCount = 10;

// Sections that hold nothing are left out.
struct SectionEntry {
  uint32_t section;
  uint32_t stride;  // bytes from one record to the next
  uint32_t count;
  uint32_t offset;  // of the first record, in bytes
};
static_assert(sizeof(SectionEntry) == 16);

// A slice of the string section; UTF-8 or what the system keeps instead of it.
struct Text {
  uint32_t offset = 0;
  uint32_t length = 0;
};
static_assert(sizeof(Text) == 8);

// Whether an IPv6 address is of fe80::/10, which means nothing without its interface.
inline bool IsLinkLocal(const uint8_t* address) {
  return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

// What every socket has. Ports are in host byte order, addresses are bytes in network order.
struct Row {
  static constexpr uint8_t kFlagPeer = 1;         // remote address and port mean something
  static constexpr uint8_t kFlagV6OnlyKnown = 2;  // kFlagV6Only was read
  static constexpr uint8_t kFlagV6Only = 4;       // IPV6_V6ONLY is set

  uint8_t local_address[16];   // IPv4: the first four bytes
  uint8_t remote_address[16];  // likewise
  uint64_t cookie;     // names one socket until the host restarts; 0: the system has no such number
  uint64_t created;    // when it was made, in 100 ns since 1601 (FILETIME); 0: unknown
  uint64_t inode;      // 0: the kernel gives none
  uint32_t interface;  // scope or bound device; 0: none, or the source does not say
  uint16_t local_port;
  uint16_t remote_port;
  Family family;
  Protocol protocol;
  State state;
  Direction direction;
  uint8_t flags;
  // From here on: owners.
  OwnerUnknown owner_unknown;
  uint16_t unused;
  uint32_t owner_start;  // the first of owner_count entries in the owner section
  uint32_t owner_count;

  bool IsIPv6() const { return family == Family::kIPv6; }
  bool HasPeer() const { return (flags & kFlagPeer) != 0; }
  void ForgetOwners() {
    owner_start = 0;
    owner_count = 0;
  }
};
static_assert(sizeof(Row) == 80 && std::is_trivially_copyable_v<Row>);

// The group `details`, one record for each row.
struct Details {
  static constexpr uint8_t kHasUser = 1;
  static constexpr uint8_t kHasQueues = 2;
  static constexpr uint8_t kHasBacklog = 4;

  uint32_t uid;            // with kHasUser
  uint32_t receive_queue;  // with kHasQueues; a listener: connections that wait to be accepted
  uint32_t send_queue;     // with kHasQueues
  uint32_t backlog;        // of a listener, with kHasBacklog
  uint32_t last_pid;       // who used it last (macOS); 0: unknown
  uint8_t known;           // bits of the above
  uint8_t unused[3];
};
static_assert(sizeof(Details) == 24 && std::is_trivially_copyable_v<Details>);

// One process that holds a socket, and the lowest descriptor that it holds it with.
struct Owner {
  static constexpr uint32_t kNoDescriptor = UINT32_MAX;  // the system names none

  uint32_t process;  // index into the process section
  uint32_t descriptor;
};
static_assert(sizeof(Owner) == 8);

struct Process {
  uint32_t pid;
  Text name;  // empty where it was not asked for or could not be read
};
static_assert(sizeof(Process) == 12);

struct Interface {
  uint32_t index;
  Text name;
};
static_assert(sizeof(Interface) == 12);

// The service that a row belongs to, of the several that its process runs.
struct Service {
  uint32_t row;
  Text name;
};
static_assert(sizeof(Service) == 12);

// How many sockets have in common what was counted by. What was not counted by is zero.
struct Count {
  static constexpr uint32_t kNoProcess = UINT32_MAX;

  uint64_t sockets;
  uint8_t remote_address[16];
  uint32_t process;         // index into the process section
  uint16_t listening_port;  // 0: none
  Family family;
  Protocol protocol;
  State state;
  Direction direction;
  uint8_t has_peer;  // whether remote_address, of the family, means something
  uint8_t unused[5];
};
static_assert(sizeof(Count) == 40 && std::is_trivially_copyable_v<Count>);

// Of a watcher's table: how its rows follow each other. First the sockets that opened, then those
// that closed, as they last were, then those that did both since the last read, then those that
// changed, each as it is and then as it was.
struct Changes {
  uint32_t opened = 0;
  uint32_t closed = 0;
  uint32_t short_lived = 0;
};
static_assert(sizeof(Changes) == 12);

// What a read knows about itself.
struct PackedReport {
  uint32_t sources;  // bits of Source
  uint32_t flags;    // bits of ReportFlag
  uint32_t skipped;
  uint32_t repeated;
  uint32_t processes;
  uint32_t denied;
  uint32_t vanished;
  uint32_t unexpected;
  uint32_t unexpected_code;
  Text unexpected_call;
  uint32_t fallback_code;  // 0: the first source was used
  Text fallback_call;
  uint32_t sockets;         // how many the table has, of which the rows may be some
  uint32_t hidden_sockets;  // of them, those whose owner permission hides
};
static_assert(sizeof(PackedReport) == 64);

enum class ReportFlag : uint32_t {
  kInterrupted = 0,      // the kernel says that the table changed under it
  kBoundUnavailable,     // bound sockets were asked for, and the system does not show them
  kProcessesHidden,      // /proc hides other users' processes
  kAskedDenied,          // of the processes asked for some may not be read
  kNumericScopes,        // addresses are written with the interface's number, not its name
  kSocketsHidden,        // the system keeps other users' sockets back
  kDestroyEvents,        // sockets that closed between two reads are reported
  kDestroyEventsMissed,  // but some of them were missed
  kForeignProc,          // owners are unknown: see OwnerUnknown::kPidNamespace
  kSearchEnded,          // too much was left to search for some owners
  kOtherNetns,           // of the processes asked for some are in another network namespace
};

// --- A bind to try: words in this order ---

enum class BindWord : uint32_t { kProtocol, kFamily, kOptions, kPort, kScope, kAddress };
constexpr uint32_t kBindWords = static_cast<uint32_t>(BindWord::kAddress) + 4;

enum class BindOption : uint32_t { kV6Only, kReuseAddress, kReusePort, kExclusive };

// --- What the addon exports ---

struct LayoutConstant {
  const char* name;
  uint32_t value;
};
const LayoutConstant* LayoutConstants(size_t* count);

}  // namespace socktable
