#pragma once

#include <cstdint>
#include <memory>

#include "status.h"

namespace socktable {

// A TCP port that the system keeps as long as this lives.
class PortReservation {
 public:
  PortReservation() = default;
  PortReservation(const PortReservation&) = delete;
  PortReservation& operator=(const PortReservation&) = delete;
  virtual ~PortReservation() = default;
};

// Reserves a TCP port at all addresses: the system gives it to no bind to port 0 and to no outgoing
// connection, and a bind by its number succeeds with SO_REUSEADDR alone. Of all who reserve one
// port at a time one succeeds. ENOTSUP, as the system calls it, where there is no such way.
Status ReservePort(uint16_t port, std::unique_ptr<PortReservation>* reservation);

// The same by a connection in TIME_WAIT, which needs no process and ends by itself. Makes a
// connection to this host, and waits for it.
Status ReservePortByTimeWait(uint16_t port);

}  // namespace socktable
