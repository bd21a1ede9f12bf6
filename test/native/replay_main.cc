#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "replay.h"

// replay PARSER          bytes on stdin; the packed table on stdout, what became of it on stderr
// replay --check PARSER  aborts where an invariant breaks for any beginning of the bytes

namespace {

std::vector<uint8_t> ReadAll(FILE* file) {
  std::vector<uint8_t> bytes;
  uint8_t buffer[65536];
  for (size_t size; (size = fread(buffer, 1, sizeof buffer, file)) > 0;) {
    bytes.insert(bytes.end(), buffer, buffer + size);
  }
  return bytes;
}

int Usage() {
  fprintf(stderr, "usage: replay [--check] PARSER\nparsers:");
  for (const std::string& name : socktable::ReplayParsers()) fprintf(stderr, " %s", name.c_str());
  fprintf(stderr, "\n");
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  const bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
  if (argc != (check ? 3 : 2)) return Usage();
  const std::string parser = argv[argc - 1];
  const std::vector<uint8_t> bytes = ReadAll(stdin);
  if (check) {
    for (size_t size = 0; size <= bytes.size(); size++) {
      socktable::CheckReplay(parser, bytes.data(), size);
    }
    return 0;
  }
  socktable::Replayed replayed;
  if (!socktable::Replay(parser, bytes.data(), bytes.size(), &replayed)) return Usage();
  const socktable::PackedTable packed = replayed.table.Pack();
  fwrite(packed.bytes.get(), 1, packed.size, stdout);
  fprintf(stderr, "%s\n", replayed.outcome.c_str());
  return 0;
}
