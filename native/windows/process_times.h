#pragma once

#include <cstdint>

#include "windows_headers.h"

namespace socktable {

// When a process started, as a FILETIME in one number. False where that may not be read.
inline bool ReadStartTime(HANDLE process, uint64_t* started) {
  FILETIME created, ended, kernel, user;
  if (GetProcessTimes(process, &created, &ended, &kernel, &user) == 0) return false;
  *started = static_cast<uint64_t>(created.dwHighDateTime) << 32 | created.dwLowDateTime;
  return true;
}

}  // namespace socktable
