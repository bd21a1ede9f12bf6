#include <cerrno>

#include "../core/status.h"

namespace socktable {

Reason ReasonOf(const Status& status) {
  switch (status.code) {
    case EACCES:
    case EPERM:
      return Reason::kPermission;
    case ESRCH:
      return Reason::kGone;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return Reason::kShortage;
    case ENOTSUP:
      return Reason::kUnsupported;
    default:
      return Reason::kOther;
  }
}

}  // namespace socktable
