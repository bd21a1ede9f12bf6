#pragma once

#include <cstdint>

#include "layout.h"

namespace socktable {

uint64_t HashOfAddresses(const Row& row);

// A hash that two rows of one socket share, in whatever state they show it.
uint64_t HashOfSocket(const Row& row);

bool SameAddresses(const Row& a, const Row& b);

inline bool SameCookie(const Row& a, const Row& b) { return a.cookie == b.cookie && a.cookie != 0; }

}  // namespace socktable
