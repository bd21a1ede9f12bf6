#pragma once

#include <utility>

namespace socktable {

// Owns what has to be closed. `Kind` says of what type it is, by which value there is none, and how
// it is closed.
template <class Kind>
class Unique {
 public:
  using Value = typename Kind::Value;

  Unique() = default;
  explicit Unique(Value value) : value_(value) {}
  Unique(Unique&& other) noexcept : value_(other.release()) {}
  Unique& operator=(Unique&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Unique(const Unique&) = delete;
  Unique& operator=(const Unique&) = delete;
  ~Unique() {
    if (valid()) Kind::Close(value_);
  }

  Value get() const { return value_; }
  bool valid() const { return Kind::IsValid(value_); }
  // Releases ownership without closing.
  Value release() { return std::exchange(value_, Kind::None()); }

 private:
  Value value_ = Kind::None();
};

}  // namespace socktable
