#pragma once

#include "../core/actions.h"
#include "unique_fd.h"

namespace socktable {

// A socket that no program inherits that is started before it is closed.
UniqueFd OpenSocket(int family, int type);

Status SetOption(int fd, int level, int option, bool on, const char* call);

// Opens a socket and binds it.
Status BindSocket(const BindAttempt& attempt, UniqueFd* bound);

}  // namespace socktable
