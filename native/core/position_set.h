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

// A set of positions (of rows, of sockets) looked up by a key that is kept elsewhere: eight bytes
// per slot and no allocation per entry, which a node-based map would need 50,000 times per read.
// Part of the hash stands beside each position, so that growing and most misses touch no key.
class PositionSet {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  PositionSet() : slots_(64) {}

  bool empty() const { return used_ == 0; }

  // Makes room for so many more, which keeps what was prefetched where it is.
  void Reserve(size_t more) {
    size_t size = slots_.size();
    while ((used_ + more) * 2 > size) size *= 2;
    if (size > slots_.size()) Grow(size);
  }

  // Where a key of this hash is looked for first: for who can fetch that ahead of time.
  const void* PlaceOf(uint64_t hash) const { return &slots_[static_cast<uint32_t>(hash) & Mask()]; }

  // Returns the position that `same` accepts, or adds `position` and returns kNone.
  template <class Same>
  uint32_t FindOrAdd(uint64_t hash, uint32_t position, Same same) {
    Reserve(1);
    const uint32_t part = static_cast<uint32_t>(hash);
    for (size_t at = part & Mask();; at = (at + 1) & Mask()) {
      Slot& slot = slots_[at];
      if (slot.position == kNone) {
        slot = {position, part};
        used_++;
        return kNone;
      }
      if (slot.hash == part && same(slot.position)) return slot.position;
    }
  }

  // Returns the position that `same` accepts, or kNone.
  template <class Same>
  uint32_t Find(uint64_t hash, Same same) const {
    const uint32_t part = static_cast<uint32_t>(hash);
    for (size_t at = part & Mask();; at = (at + 1) & Mask()) {
      const Slot& slot = slots_[at];
      if (slot.position == kNone) return kNone;
      if (slot.hash == part && same(slot.position)) return slot.position;
    }
  }

 private:
  struct Slot {
    uint32_t position = kNone;
    uint32_t hash = 0;
  };

  size_t Mask() const { return slots_.size() - 1; }

  void Grow(size_t size) {
    std::vector<Slot> old(size);
    slots_.swap(old);
    for (const Slot& slot : old) {
      if (slot.position == kNone) continue;
      size_t at = slot.hash & Mask();
      while (slots_[at].position != kNone) at = (at + 1) & Mask();
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t used_ = 0;
};

}  // namespace socktable
