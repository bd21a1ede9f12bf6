#include "growing_table.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace socktable {
namespace {

constexpr size_t kLeastSize = size_t{64} * 1024;
// No host has this many sockets: a larger size is an error.
constexpr size_t kMostSize = size_t{1} << 30;
constexpr int kMostTries = 10;

}  // namespace

uint32_t FetchGrowing(const std::function<uint32_t(uint8_t* room, uint32_t* size)>& ask,
                      std::vector<uint8_t>* buffer) {
  if (buffer->size() < kLeastSize) buffer->resize(kLeastSize);
  uint32_t answer = kWindowsNoError;
  for (int tries = 0; tries < kMostTries; tries++) {
    auto size = static_cast<uint32_t>(buffer->size());
    answer = ask(buffer->data(), &size);
    if (answer == kWindowsNoData) {
      memset(buffer->data(), 0, sizeof(uint32_t));
      return kWindowsNoError;
    }
    if (answer == kWindowsUnsuccessful) continue;
    if (answer != kWindowsInsufficientBuffer) return answer;
    const size_t needed = std::max<size_t>(size, buffer->size());
    if (needed > kMostSize) return answer;
    buffer->resize(needed + needed / 4);
  }
  return answer;
}

}  // namespace socktable
