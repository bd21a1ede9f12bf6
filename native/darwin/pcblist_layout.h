#pragma once

#include <cstddef>
#include <cstdint>

namespace socktable {

// The lists of sockets that XNU hands out, as far as they are read here. The SDK has none of the
// structures of pcblist_n: they stand in bsd/netinet/in_pcb.h, bsd/sys/socketvar.h and
// bsd/netinet/tcp_var.h within #ifdef PRIVATE, and those of pcblist64 publicly in the same files.
// The same in the tags of macOS 10.14 to 15.5, xnu-4903 to xnu-11417, but for what is said below;
// x86_64 and arm64 are alike.
// 64-bit members stand on 4 bytes there: #pragma pack(4). Numbers are in the order of the machine,
// ports and addresses in that of the network.
#pragma pack(push, 4)

// struct xinpgen, before and after a list.
struct PcbListMark {
  uint32_t length;
  uint32_t count;
  uint64_t generation;
  uint64_t socket_generation;
};

// What each record of pcblist_n begins with.
struct PcbRecordHead {
  uint32_t length;
  uint32_t kind;
};
constexpr uint32_t kSocketRecord = 0x001;         // XSO_SOCKET
constexpr uint32_t kReceiveBufferRecord = 0x002;  // XSO_RCVBUF
constexpr uint32_t kSendBufferRecord = 0x004;     // XSO_SNDBUF
constexpr uint32_t kInternetRecord = 0x010;       // XSO_INPCB
constexpr uint32_t kTcpRecord = 0x020;            // XSO_TCPCB

// The beginning of struct xinpcb_n, which has 104 bytes.
struct InternetRecord {
  PcbRecordHead head;
  uint64_t inpcb;
  uint8_t remote_port[2];
  uint8_t local_port[2];
  uint64_t tcpcb;
  uint64_t generation;
  uint32_t flags;
  uint32_t flow;
  uint8_t version;
  uint8_t time_to_live;
  uint8_t protocol;
  uint8_t padding;
  uint8_t remote_address[16];
  uint8_t local_address[16];
};

// struct xsocket_n up to macOS 12, which is the beginning of the later one of 104 bytes.
struct SocketRecord {
  PcbRecordHead head;
  uint64_t socket;
  int16_t type;
  uint32_t options;
  int16_t linger;
  uint16_t state;
  uint64_t pcb;
  int32_t protocol;
  int32_t family;
  uint16_t queued;
  uint16_t incomplete;
  uint16_t backlog;
  int16_t timeout;
  uint16_t error;
  int32_t process_group;
  uint32_t out_of_band_mark;
  uint32_t uid;
  int32_t last_pid;
  int32_t effective_pid;
};

// The beginning of struct xsockbuf_n, which has 32 bytes.
struct BufferRecord {
  PcbRecordHead head;
  uint32_t bytes;
};

// The beginning of struct xtcpcb_n, which has 204 bytes.
struct TcpRecord {
  PcbRecordHead head;
  uint64_t segments;
  int32_t duplicate_acks;
  int32_t timers[4];
  int32_t state;
};

// struct xsockbuf
struct Buffer64 {
  uint32_t bytes;
  uint32_t rest[5];
};

// struct xsocket64
struct Socket64 {
  uint32_t length;
  uint64_t socket;
  int16_t type;
  int16_t options;
  int16_t linger;
  uint16_t state;
  uint64_t pcb;
  int32_t protocol;
  int32_t family;
  uint16_t queued;
  uint16_t incomplete;
  uint16_t backlog;
  int16_t timeout;
  uint16_t error;
  int32_t process_group;
  uint32_t out_of_band_mark;
  Buffer64 receive;
  Buffer64 send;
  uint32_t uid;
};

// struct xinpcb64, each record of net.inet.udp.pcblist64.
struct Internet64 {
  uint64_t length;
  uint64_t inpcb;
  uint8_t remote_port[2];
  uint8_t local_port[2];
  uint8_t links[56];
  uint64_t generation;
  uint32_t flags;
  uint32_t flow;
  uint8_t version;
  uint8_t time_to_live;
  uint8_t protocol;
  uint8_t padding;
  uint8_t remote_address[16];
  uint8_t local_address[16];
  uint8_t options[16];
  Socket64 socket;
  uint64_t alignment;
};

// The beginning of struct xtcpcb64, each record of net.inet.tcp.pcblist64, which has 472 bytes.
struct Tcp64 {
  uint32_t length;
  Internet64 internet;
  uint64_t segments;
  int32_t duplicate_acks;
  int32_t timers[4];
  int32_t state;
};

#pragma pack(pop)

static_assert(sizeof(PcbListMark) == 24 && offsetof(PcbListMark, generation) == 8);
static_assert(sizeof(InternetRecord) == 80 && offsetof(InternetRecord, remote_port) == 16 &&
              offsetof(InternetRecord, generation) == 28 &&
              offsetof(InternetRecord, version) == 44 &&
              offsetof(InternetRecord, remote_address) == 48 &&
              offsetof(InternetRecord, local_address) == 64);
static_assert(sizeof(SocketRecord) == 76 && offsetof(SocketRecord, state) == 26 &&
              offsetof(SocketRecord, protocol) == 36 && offsetof(SocketRecord, queued) == 44 &&
              offsetof(SocketRecord, uid) == 64 && offsetof(SocketRecord, last_pid) == 68);
static_assert(offsetof(BufferRecord, bytes) == 8 && offsetof(TcpRecord, state) == 36);
static_assert(sizeof(Socket64) == 108 && offsetof(Socket64, state) == 18 &&
              offsetof(Socket64, receive) == 56 && offsetof(Socket64, uid) == 104);
static_assert(sizeof(Internet64) == 260 && offsetof(Internet64, generation) == 76 &&
              offsetof(Internet64, version) == 92 && offsetof(Internet64, remote_address) == 96 &&
              offsetof(Internet64, local_address) == 112 && offsetof(Internet64, socket) == 144);
static_assert(offsetof(Tcp64, internet) == 4 && offsetof(Tcp64, state) == 292);

}  // namespace socktable
