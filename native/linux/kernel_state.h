#pragma once

#include <cstdint>

#include "../core/query.h"

namespace socktable {

// TCP states by the kernel's number (include/net/tcp_states.h). 7 is TCP_CLOSE: neither source
// lists a closed TCP socket unless it is bound to a port, so it is our BOUND. 12 is NEW_SYN_RECV,
// which the kernel reports as 3, and 13 the request-only number of bound sockets.
constexpr State kTcpStateOfKernel[] = {
    State::kNone,      State::kEstablished, State::kSynSent,  State::kSynReceived,
    State::kFinWait1,  State::kFinWait2,    State::kTimeWait, State::kBound,
    State::kCloseWait, State::kLastAck,     State::kListen,   State::kClosing,
};
constexpr uint8_t kKernelEstablished = 1;
constexpr uint8_t kKernelClose = 7;

inline State TcpStateOfKernel(uint8_t number) {
  constexpr uint8_t kCount = sizeof kTcpStateOfKernel / sizeof kTcpStateOfKernel[0];
  return number < kCount ? kTcpStateOfKernel[number] : State::kNone;
}

// Sets what follows from the kernel's state number; addresses and ports must be there already.
void SetKernelState(uint8_t number, Protocol protocol, Row* row);

}  // namespace socktable
