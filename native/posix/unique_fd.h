#pragma once

#include <unistd.h>

#include "../core/unique.h"

namespace socktable {

struct Descriptor {
  using Value = int;
  static int None() { return -1; }
  static bool IsValid(int fd) { return fd >= 0; }
  static void Close(int fd) { close(fd); }
};
using UniqueFd = Unique<Descriptor>;

}  // namespace socktable
