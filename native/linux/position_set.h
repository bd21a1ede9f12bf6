#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace socktable {

inline uint64_t MixHash(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdull;
  value ^= value >> 33;
  return value;
}

// A set of positions (of rows, of sockets) looked up by a key that is kept elsewhere: four bytes
// per entry and no allocation per entry, which a node-based map would need 50,000 times per read.
class PositionSet {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  PositionSet() : slots_(64, kNone) {}

  // Returns the position that `same` accepts, or adds `position` and returns kNone.
  // `hash_of` gives the hash of a position that is already in the set.
  template <class Same, class HashOf>
  uint32_t FindOrAdd(uint64_t hash, uint32_t position, Same same, HashOf hash_of) {
    if (used_ * 2 >= slots_.size()) Grow(hash_of);
    for (size_t at = hash & Mask();; at = (at + 1) & Mask()) {
      if (slots_[at] == kNone) {
        slots_[at] = position;
        used_++;
        return kNone;
      }
      if (same(slots_[at])) return slots_[at];
    }
  }

  template <class Same>
  uint32_t Find(uint64_t hash, Same same) const {
    for (size_t at = hash & Mask();; at = (at + 1) & Mask()) {
      if (slots_[at] == kNone || same(slots_[at])) return slots_[at];
    }
  }

 private:
  size_t Mask() const { return slots_.size() - 1; }

  template <class HashOf>
  void Grow(HashOf hash_of) {
    std::vector<uint32_t> grown(slots_.size() * 2, kNone);
    slots_.swap(grown);
    for (uint32_t position : grown) {
      if (position == kNone) continue;
      size_t at = hash_of(position) & Mask();
      while (slots_[at] != kNone) at = (at + 1) & Mask();
      slots_[at] = position;
    }
  }

  std::vector<uint32_t> slots_;
  size_t used_ = 0;
};

}  // namespace socktable
