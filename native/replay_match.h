#pragma once

#include <cstddef>
#include <cstdint>

#include "replay.h"

namespace socktable {

// Matches two readings of a table and aborts where a row is left out or told twice. The first byte
// says how many of the rows that follow, four bytes each, are of the first reading.
void MatchParser(const uint8_t* bytes, size_t size, Replayed* replayed);

}  // namespace socktable
