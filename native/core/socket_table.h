#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "query.h"
#include "status.h"

namespace socktable {

// The packed table that crosses to JavaScript: a header of 32-bit words, then the sections in the
// order of Section, each aligned to 8 bytes. src/layout.ts is the twin of this file; the addon
// exports these constants and the twin checks every one of them when it loads.
constexpr uint32_t kLayoutVersion = 4;
constexpr uint32_t kMagic = 0x42544b53;  // "SKTB" as little-endian bytes

// Why a row has no PID.
enum class OwnerUnknown : uint8_t {
  kKnown = 0,        // it has one
  kNotAsked = 1,     // owners were not asked for
  kNoOwner = 2,      // the kernel keeps none: TIME_WAIT, SYN_RECEIVED, closed but not yet finished
  kNotAccepted = 3,  // waits in a listener's queue: no process has accepted it yet
  kPermission = 4,   // processes that could not be read may hold it
  kGone = 5,         // it closed during the read
  kNotFound = 6,     // no process that was read holds it: the kernel's own, or in flight
  kExited = 7,       // the process that made it has ended, and no other is told
  kPidNamespace =
      8,             // /proc numbers processes otherwise than this one: no PID of it means anything
  kNotSearched = 9,  // the search ended early: see Report::kSearchEnded
};

// One socket. Ports are in host byte order, addresses are bytes in network order.
struct Row {
  static constexpr uint8_t kFlagIPv6 = 1;
  static constexpr uint8_t kFlagPeer = 2;           // remote address and port mean something
  static constexpr uint8_t kFlagV6OnlyKnown = 4;    // kFlagV6Only was told
  static constexpr uint8_t kFlagV6Only = 8;         // IPV6_V6ONLY is set
  static constexpr uint8_t kFlagBacklogKnown = 16;  // send_queue is a listener's backlog
  static constexpr uint8_t kFlagQueues = 32;        // the queues were told
  // The identity is when the socket was made, in 100 ns since 1601 (FILETIME); else it is a number
  // that only the system knows the meaning of.
  static constexpr uint8_t kFlagCreated = 64;
  static constexpr uint8_t kFlagUser = 128;  // uid was told

  uint8_t local_address[16];   // IPv4: the first four bytes
  uint8_t remote_address[16];  // likewise
  uint64_t inode;              // 0: the kernel told none
  uint64_t identity;       // tells it from others at its addresses: see kFlagCreated; 0: unknown
  uint32_t uid;            // meaningful with kFlagUser
  uint32_t interface;      // scope or bound device; 0: none, or the source does not tell
  uint32_t receive_queue;  // a listener: connections that wait to be accepted
  uint32_t send_queue;     // a listener: its backlog where kFlagBacklogKnown is set
  // The first of owner_count entries in the owner section. Where there are none: the PID that used
  // the socket last, 0 where the system does not tell.
  uint32_t owner_start;
  uint32_t owner_count;
  uint16_t local_port;
  uint16_t remote_port;
  Protocol protocol;
  State state;
  uint8_t flags;
  OwnerUnknown owner_unknown;

  bool IsIPv6() const { return (flags & kFlagIPv6) != 0; }
  bool HasPeer() const { return (flags & kFlagPeer) != 0; }
  // Without owners owner_start is read as a PID: an index that was left there would name a
  // stranger.
  void ForgetOwners() {
    owner_start = 0;
    owner_count = 0;
  }
};
static_assert(sizeof(Row) == 80 && std::is_trivially_copyable_v<Row>);

// One process that holds a socket, and the lowest descriptor that it holds it with.
struct Owner {
  static constexpr uint32_t kNoDescriptor = UINT32_MAX;  // the system tells none

  uint32_t process;  // index into the process section
  uint32_t descriptor;
};
static_assert(sizeof(Owner) == 8);

// A slice of the string section; UTF-8 or what the system keeps instead of it.
struct Text {
  uint32_t offset = 0;
  uint32_t length = 0;
};

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

// What a read knows about itself.
struct Report {
  static constexpr uint32_t kFromSockDiag = 1;
  static constexpr uint32_t kFromProcfs = 2;
  static constexpr uint32_t kFromIpHelper = 4;
  static constexpr uint32_t kFromPcbList = 8;
  static constexpr uint32_t kFromLibproc = 16;

  static constexpr uint32_t kInterrupted = 1;  // the kernel says that the table changed under it
  static constexpr uint32_t kBoundUnavailable =
      2;                                           // bound sockets were asked for, none can be told
  static constexpr uint32_t kProcessesHidden = 4;  // /proc hides other users' processes
  static constexpr uint32_t kAskedDenied = 8;  // of the processes asked for some may not be read
  static constexpr uint32_t kNumericScopes =
      16;  // addresses are written with the interface's number, not its name
  static constexpr uint32_t kSocketsHidden = 32;  // the system keeps other users' sockets back
  static constexpr uint32_t kClosingsTold = 64;   // sockets that closed between two reads are told
  static constexpr uint32_t kClosingsMissed = 128;  // but some of them were missed
  static constexpr uint32_t kSearchEnded = 512;     // too much was left to search for some owners
  static constexpr uint32_t kForeignProc = 256;     // owners are unknown: see OwnerUnknown
  static constexpr uint32_t kOtherNetwork =
      1024;  // of the processes asked for some are in another network namespace

  uint32_t sources = 0;  // which sources the rows came from
  uint32_t flags = 0;
  uint32_t skipped = 0;     // records or lines that could not be understood
  uint32_t repeated = 0;    // rows that were told twice and dropped once
  uint32_t processes = 0;   // processes whose descriptors were read
  uint32_t denied = 0;      // processes whose descriptors may not be read
  uint32_t vanished = 0;    // processes that ended during the read
  uint32_t unexpected = 0;  // failures that no line of this code expects; the first is kept
  Status first_unexpected;
  Status fallback;  // why the first source was not used; ok where it was

  void Unexpected(int code, const char* call);
};

// Of a table that stands for a larger one. Where it tells changes, its rows are first the sockets
// that opened, then those that closed, as they last were, then those that did both since the last
// read, then those that changed, each as it is and then as it was.
struct Changes {
  uint32_t opened = 0;
  uint32_t closed = 0;
  uint32_t brief = 0;
  uint32_t sockets = 0;  // how many the larger one has
  // Of them, those whose owner permission hides. Not set: those among the rows.
  std::optional<uint32_t> hidden;
};

// A whole packed table.
struct PackedTable {
  struct Free {
    void operator()(void* memory) const { free(memory); }
  };
  std::unique_ptr<uint8_t, Free> bytes;
  size_t size = 0;
};

// The rows of a table grow where they will be packed, behind room for the header: a large table is
// held once, and packing it copies none of them.
class SocketTable {
 public:
  // Adds a row of zeros and returns it; valid until the next Append.
  Row& Append();
  Row& operator[](size_t index) { return Rows()[index]; }
  const Row& operator[](size_t index) const { return Rows()[index]; }
  size_t size() const { return size_; }

  // Keeps the first `count` rows.
  void Truncate(size_t count) { size_ = count < size_ ? count : size_; }
  // Drops all rows that have no owner; the others' services stay with them.
  void DropOwnerless();
  // Empties the table and keeps the memory of its rows and owners.
  void Clear();
  // How many rows it had when it was emptied: as many may come again.
  size_t size_before() const { return size_before_; }

  // Remembers an interface that a row mentions; 0 is none. Returns it for its name to be added,
  // valid until the next one; null where it is known already.
  Interface* NoteInterface(uint32_t index);

  // How many rows have an owner that permission hides.
  uint32_t CountHidden() const;
  // Whether the search for the owner of some row ended early.
  bool MissesSearch() const;

  Text AddText(const char* text, size_t length);
  bool SameText(Text text, const SocketTable& from, Text other) const {
    return strings_.compare(text.offset, text.length, from.strings_, other.offset, other.length) ==
           0;
  }
  Text AddText(const SocketTable& from, Text text) {
    return AddText(from.strings_.data() + text.offset, text.length);
  }

  // Hands everything over and leaves the table empty.
  PackedTable Pack();

  std::vector<Owner> owners;
  std::vector<Process> processes;
  std::vector<Interface> interfaces;
  std::vector<Service> services;
  Report report;
  Changes changes;

 private:
  static constexpr size_t kHeaderSize = 136;

  Row* Rows() { return reinterpret_cast<Row*>(block_.bytes.get() + kHeaderSize); }
  const Row* Rows() const { return reinterpret_cast<const Row*>(block_.bytes.get() + kHeaderSize); }
  void Resize(size_t size);

  PackedTable block_;
  size_t size_ = 0;
  size_t size_before_ = 0;
  std::string strings_;
};

// Names and values of everything that JavaScript has to know about the layout.
struct LayoutConstant {
  const char* name;
  uint32_t value;
};
const LayoutConstant* LayoutConstants(size_t* count);

}  // namespace socktable
