#include "../core/actions.h"

#include "unsupported.h"

namespace socktable {

Status TryBind(const BindAttempt&) { return Unsupported("TryBind"); }

uint32_t InterfaceIndex(const char*) { return 0; }

Status ReservePort(uint16_t, std::unique_ptr<PortReservation>*) {
  return Unsupported("ReservePort");
}

Status ReservePortByTimeWait(uint16_t) { return Unsupported("ReservePortByTimeWait"); }

}  // namespace socktable
