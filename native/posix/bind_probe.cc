#include "../bind_probe.h"

#include "bound_socket.h"

namespace socktable {

Status TryBind(const BindAttempt& attempt) {
  UniqueFd bound;
  return BindSocket(attempt, &bound);
}

}  // namespace socktable
