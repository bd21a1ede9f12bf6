#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "socket_table.h"

namespace socktable {

// What a parser made of some bytes.
struct Replayed {
  SocketTable table;
  std::string outcome;  // one line for people and tests
};

// The names of all parsers.
std::vector<std::string> ReplayParsers();

// Gives bytes to the parser of that name. False where there is none.
bool Replay(const std::string& parser, const uint8_t* bytes, size_t size, Replayed* replayed);

// Gives bytes to a parser and aborts where what must always hold does not. Used by the fuzzer and,
// on every beginning of recorded bytes, by the tests.
void CheckReplay(const std::string& parser, const uint8_t* bytes, size_t size);

}  // namespace socktable
