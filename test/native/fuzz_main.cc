#include <cstdint>
#include <cstdlib>
#include <string>

#include "replay.h"

// A libFuzzer target (scripts/fuzz.mjs): the parser is named by the environment.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const std::string parser = getenv("SOCKTABLE_PARSER");
  socktable::CheckReplay(parser, bytes, size);
  return 0;
}
