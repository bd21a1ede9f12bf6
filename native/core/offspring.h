#pragma once

#include <cstdint>

#include "status.h"

namespace socktable {

// What a process starts, and what that starts, is to end with it. The seam is
// native/<os>/offspring.cc.

// How the system helps with that.
enum class Bond : uint32_t {
  kAdopts = 1,    // descendants whose parent ended become children of this process
  kEndsWith = 2,  // the system ends all descendants when this process ends
};

// Binds what this process starts from now on. ENOTSUP where the system has no such thing.
Status BindOffspring(Bond* bond);

// Takes note of the end of children that were adopted, after which nothing is left of them. `own`
// is the one that was started here, for which the event loop waits itself.
void ReapAdopted(uint32_t own);

}  // namespace socktable
