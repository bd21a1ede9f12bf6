#include "../core/events.h"
#include "../core/owners.h"
#include "../core/source.h"
#include "unsupported.h"

namespace socktable {

Reason ReasonOf(const Status&) { return Reason::kUnsupported; }

bool IsNoSuchProcess(const Status& status) { return status.code == ESRCH; }

Status OutOfMemory() { return Status::Os(ENOMEM, "malloc"); }

Status CancelledRead() { return Status::Os(ECANCELED, "read"); }

Status ReadSockets(const Query&, SocketTable&) { return Unsupported("ReadSockets"); }

bool OwnersAreSeparate(const Query&) { return false; }

Status ReadOwners(const Query&, const std::vector<uint32_t>&, SocketTable&) {
  return Unsupported("ReadOwners");
}

bool StillHolds(uint32_t, uint32_t, uint64_t) { return false; }

Status ListenForDestroyEvents(const Query&, std::unique_ptr<DestroyEvents>*) {
  return Unsupported("ListenForDestroyEvents");
}

}  // namespace socktable
