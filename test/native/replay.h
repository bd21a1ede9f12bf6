#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../../native/core/query.h"
#include "../../native/core/socket_table.h"

namespace socktable {

// What a parser made of some bytes.
struct Replayed {
  SocketTable table;
  std::string outcome;  // one line for people and tests
};

using ReplayParser = void (*)(const uint8_t* bytes, size_t size, Replayed* replayed);

// --- What parsers share ---

// Aborts where something does not hold.
void Require(bool holds, const char* what);

// A query for all rows.
Query Everything();

// --- replay_darwin.cc ---

// A protocol (0: TCP, 1: UDP; and 2: of pcblist64), the size that the kernel announced and the user
// who asks as 32-bit numbers, then one of macOS's lists of sockets.
void ReplayPcbList(const uint8_t* bytes, size_t size, Replayed* replayed);

// What the kernel of a Mac answers, which the reader is asked for the table of: see Machine.
void ReplayMac(const uint8_t* bytes, size_t size, Replayed* replayed);

// The arguments of a process on macOS.
void ReplayProcessArguments(const uint8_t* bytes, size_t size, Replayed* replayed);

// --- replay_match.cc ---

// Matches two readings of a table. The first byte says how many of the rows that follow, four bytes
// each, are of the first reading.
void ReplayMatch(const uint8_t* bytes, size_t size, Replayed* replayed);

// --- replay.cc ---

// The names of all parsers.
std::vector<std::string> ReplayParsers();

// Gives bytes to the parser of that name. False where there is none.
bool Replay(const std::string& parser, const uint8_t* bytes, size_t size, Replayed* replayed);

// Gives bytes to a parser and aborts where what must always hold does not. Used by the fuzzer and,
// on every beginning of recorded bytes, by the tests.
void CheckReplay(const std::string& parser, const uint8_t* bytes, size_t size);

}  // namespace socktable
