#include <cstring>

#include "kernel_state.h"
#include "proc_net.h"

namespace socktable {
namespace {

// No line of these files is longer than 180 characters; this bounds what garbage can make us keep.
constexpr size_t kLongestLine = 4096;

// Reads the fields of one line. Every method returns false where the text is something else, and
// none reads behind `end`.
class Fields {
 public:
  Fields(const char* at, const char* end) : at_(at), end_(end) {}

  void SkipBlanks() {
    while (at_ < end_ && *at_ == ' ') at_++;
  }

  bool SkipField() {
    SkipBlanks();
    const char* start = at_;
    while (at_ < end_ && *at_ != ' ') at_++;
    return at_ > start;
  }

  bool Literal(char character) {
    if (at_ == end_ || *at_ != character) return false;
    at_++;
    return true;
  }

  // A number of `digits` hexadecimal digits.
  bool Hex(size_t digits, uint32_t* value) {
    *value = 0;
    for (size_t i = 0; i < digits; i++) {
      if (at_ == end_) return false;
      const int digit = HexDigit(*at_++);
      if (digit < 0) return false;
      *value = *value << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  }

  bool Decimal(uint64_t most, uint64_t* value) {
    SkipBlanks();
    const char* start = at_;
    *value = 0;
    while (at_ < end_ && *at_ >= '0' && *at_ <= '9') {
      const uint64_t digit = static_cast<uint64_t>(*at_++ - '0');
      if (*value > (most - digit) / 10) return false;
      *value = *value * 10 + digit;
    }
    return at_ > start && (at_ == end_ || *at_ == ' ');
  }

  // An address and its port. The kernel prints each 32-bit word of the address as a number in its
  // own byte order, so storing that number natively gives back the bytes in network order, on big-
  // and little-endian machines alike. The port is printed in host order.
  bool Endpoint(size_t words, uint8_t* address, uint16_t* port) {
    SkipBlanks();
    for (size_t i = 0; i < words; i++) {
      uint32_t word;
      if (!Hex(8, &word)) return false;
      memcpy(address + i * sizeof word, &word, sizeof word);
    }
    uint32_t number;
    if (!Literal(':') || !Hex(4, &number)) return false;
    *port = static_cast<uint16_t>(number);
    return at_ == end_ || *at_ == ' ';
  }

 private:
  static int HexDigit(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    return -1;
  }

  const char* at_;
  const char* end_;
};

// "sl: local remote st tx:rx tr:when retrnsmt uid timeout inode ..." (net/ipv4/tcp_ipv4.c,
// get_tcp4_sock; the other three files have the same columns). TIME_WAIT lines have the inode too
// and end soon after it.
bool ParseLine(const char* begin, const char* end, Protocol protocol, bool ipv6, Row* row,
               Details* details) {
  Fields fields(begin, end);
  const size_t words = ipv6 ? 4 : 1;
  uint32_t state, send_queue, receive_queue;
  uint64_t uid, timeout, inode;
  if (!fields.SkipField()) return false;
  if (!fields.Endpoint(words, row->local_address, &row->local_port)) return false;
  if (!fields.Endpoint(words, row->remote_address, &row->remote_port)) return false;
  fields.SkipBlanks();
  if (!fields.Hex(2, &state)) return false;
  fields.SkipBlanks();
  if (!fields.Hex(8, &send_queue) || !fields.Literal(':')) return false;
  if (!fields.Hex(8, &receive_queue)) return false;
  if (!fields.SkipField() || !fields.SkipField()) return false;
  if (!fields.Decimal(UINT32_MAX, &uid) || !fields.Decimal(UINT64_MAX, &timeout)) return false;
  if (!fields.Decimal(UINT64_MAX, &inode)) return false;
  row->family = ipv6 ? Family::kIPv6 : Family::kIPv4;
  SetKernelState(static_cast<uint8_t>(state), protocol, row);
  row->inode = inode;
  // As in sock_diag: without an inode the user is 0, whoever it was.
  if (inode != 0) {
    details->uid = static_cast<uint32_t>(uid);
    details->known |= Details::kHasUser;
  }
  details->receive_queue = receive_queue;
  // A listener's is 0 here: the file shows no backlog (net/ipv4/tcp_ipv4.c, get_tcp4_sock).
  details->send_queue = row->state == State::kListen ? 0 : send_queue;
  details->known |= Details::kHasQueues;
  return true;
}

}  // namespace

void ProcNetParser::Feed(const char* text, size_t size) {
  while (size > 0) {
    const char* newline = static_cast<const char*>(memchr(text, '\n', size));
    const size_t length = newline == nullptr ? size : static_cast<size_t>(newline - text);
    if (partial_.size() + length > kLongestLine) {
      too_long_ = true;
      partial_.clear();
    }
    if (newline == nullptr) {
      if (!too_long_) partial_.append(text, length);
      return;
    }
    if (too_long_) {
      rows_.Skip();
      too_long_ = false;
    } else if (partial_.empty()) {
      Line(text, newline);
    } else {
      partial_.append(text, length);
      Line(partial_.data(), partial_.data() + partial_.size());
      partial_.clear();
    }
    text = newline + 1;
    size -= length + 1;
  }
}

void ProcNetParser::Finish() {
  if (too_long_ || !partial_.empty()) rows_.Skip();
  partial_.clear();
  rows_.Settle();
}

void ProcNetParser::Line(const char* begin, const char* end) {
  if (header_) {
    header_ = false;
    return;
  }
  Row parsed{};
  Details parsed_details{};
  if (!ParseLine(begin, end, protocol_, ipv6_, &parsed, &parsed_details)) {
    rows_.Skip();
    return;
  }
  rows_.Add([&](Row& row, Details& details) {
    row = parsed;
    details = parsed_details;
  });
}

}  // namespace socktable
