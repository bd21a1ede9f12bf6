#include "../port_reservation.h"

#include "windows_headers.h"

namespace socktable {

// A bound socket keeps the server that the port is meant for from it too, and a closing connection
// keeps nobody from a port here.
Status ReservePort(uint16_t, std::unique_ptr<PortReservation>*) {
  return Status::Os(ERROR_NOT_SUPPORTED, "reserve");
}

Status ReservePortByTimeWait(uint16_t) { return Status::Os(ERROR_NOT_SUPPORTED, "hold"); }

}  // namespace socktable
