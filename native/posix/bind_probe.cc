#include <net/if.h>

#include "../core/actions.h"
#include "bound_socket.h"

namespace socktable {

Status TryBind(const BindAttempt& attempt) {
  UniqueFd bound;
  return BindSocket(attempt, &bound);
}

uint32_t InterfaceIndex(const char* zone) { return if_nametoindex(zone); }

}  // namespace socktable
