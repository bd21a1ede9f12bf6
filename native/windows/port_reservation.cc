#include "../core/actions.h"
#include "windows_headers.h"

namespace socktable {

// A socket that is bound to the port would be in the way of the server as well, and a closing
// connection is in the way of no bind.
Status ReservePort(uint16_t, std::unique_ptr<PortReservation>*) {
  return Status::Os(ERROR_NOT_SUPPORTED, "reserve");
}

Status ReservePortByTimeWait(uint16_t) { return Status::Os(ERROR_NOT_SUPPORTED, "hold"); }

}  // namespace socktable
