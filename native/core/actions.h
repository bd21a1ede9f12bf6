#pragma once

#include <cstdint>
#include <memory>

#include "layout.h"
#include "status.h"

namespace socktable {

// The seam for what changes something or tries it. What a system does not have fails with its code
// for "not supported".

// --- A bind to try (native/<os>/bind_probe.cc) ---

// A bind with the options that a server would set.
struct BindAttempt {
  Protocol protocol = Protocol::kTcp;
  Family family = Family::kIPv4;
  uint32_t options = 0;  // bits of BindOption; exclusive is SO_EXCLUSIVEADDRUSE (Windows)
  uint16_t port = 0;     // 0: one that the system chooses
  uint32_t scope = 0;    // of a link-local IPv6 address
  uint8_t address[16];   // in network order; IPv4: the first four bytes

  bool Has(BindOption option) const { return (options & Bit(option)) != 0; }
};

// Binds a socket and closes it again; says whether that went well. Never listens: that could take a
// connection from a client, and makes the firewall of Windows ask its user.
Status TryBind(const BindAttempt& attempt);

// The number of the interface that a zone of an address names (fe80::1%eth0), as libuv takes it:
// its name, or on Windows its number. 0 where there is none.
uint32_t InterfaceIndex(const char* zone);

// --- A port that is reserved (native/<os>/port_reservation.cc) ---

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
// port at a time one succeeds.
Status ReservePort(uint16_t port, std::unique_ptr<PortReservation>* reservation);

// The same by a connection in TIME_WAIT, which needs no process and ends by itself. Makes a
// connection to this host, and waits for it.
Status ReservePortByTimeWait(uint16_t port);

}  // namespace socktable
