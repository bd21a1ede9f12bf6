#include <cstring>

#include "../core/status.h"
#include "windows_headers.h"

namespace socktable {

Reason ReasonOf(const Status& status) {
  switch (status.code) {
    case ERROR_ACCESS_DENIED:
    case WSAEACCES:
      return Reason::kPermission;
    case ERROR_INVALID_PARAMETER:
      // A PID that no process has.
      return strcmp(status.call, "OpenProcess") == 0 ? Reason::kGone : Reason::kOther;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_INSUFFICIENT_BUFFER:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
    case WSAEMFILE:
    case WSAENOBUFS:
      return Reason::kShortage;
    case ERROR_NOT_SUPPORTED:
      return Reason::kUnsupported;
    default:
      return Reason::kOther;
  }
}

}  // namespace socktable
