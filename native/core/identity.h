#pragma once

#include <cstdint>

#include "socket_table.h"

namespace socktable {

uint64_t HashOfAddresses(const Row& row);

// A hash that two rows of one socket share, in whatever state they show it.
uint64_t HashOfSocket(const Row& row);

bool SameAddresses(const Row& a, const Row& b);

// Whether the identity names one socket by itself, for as long as the host is up: the cookie of
// Linux (net/core/sock_diag.c), not the time that Windows tells.
inline bool HasCookie(const Row& row) {
  return row.identity != 0 && (row.flags & Row::kFlagCreated) == 0;
}

inline bool SameCookie(const Row& a, const Row& b) {
  return a.identity == b.identity && HasCookie(a) && HasCookie(b);
}

}  // namespace socktable
