#include "kernel_state.h"

#include "../core/socket_table.h"

namespace socktable {

void SetKernelState(uint8_t number, Protocol protocol, Row* row) {
  row->protocol = protocol;
  if (protocol == Protocol::kTcp) {
    row->state = TcpStateOfKernel(number);
    if (row->state != State::kListen && row->state != State::kBound) row->flags |= Row::kFlagPeer;
    return;
  }
  // A connected UDP socket is ESTABLISHED in the kernel's book, any other is CLOSE.
  row->state = State::kNone;
  if (number == kKernelEstablished) row->flags |= Row::kFlagPeer;
}

}  // namespace socktable
