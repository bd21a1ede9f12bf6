#include "socket_table.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace socktable {

void Report::Unexpected(int code, const char* call) {
  if (unexpected++ == 0) first_unexpected = Status::Os(code, call);
}

void SocketTable::Expect(const Query& query) {
  include_ = query.include;
  EachGroup([&](auto group, Include what, Section) {
    if (query.Includes(what)) (this->*group).Want();
  });
  // Who may hold a socket is concluded from its user and from who used it last.
  if (query.NeedsOwners() || query.owners_follow) details.Want();
}

// By realloc: where the C library moves pages instead of bytes (mremap(2)), growing copies nothing.
void SocketTable::Resize(size_t size) {
  uint8_t* held = block_.bytes.release();
  void* grown = realloc(held, size);
  block_.bytes.reset(grown == nullptr ? held : static_cast<uint8_t*>(grown));
  if (grown == nullptr) throw std::bad_alloc();
  block_.size = size;
}

Row& SocketTable::Append() {
  constexpr size_t kFewRows = 32;
  const size_t needed = kHeaderSize + (size_ + 1) * sizeof(Row);
  if (needed > block_.size) {
    Resize(kHeaderSize + std::max(kFewRows, 2 * size_) * sizeof(Row));
  }
  EachGroup([&](auto group, Include, Section) { (this->*group).Append(); });
  Row& row = Rows()[size_++];
  memset(&row, 0, sizeof row);
  return row;
}

Row& SocketTable::AppendCopy(const SocketTable& from, size_t row) {
  Row& copy = Append();
  copy = from[row];
  copy.ForgetOwners();
  EachGroup(
      [&](auto group, Include, Section) { (this->*group).Copy(from.*group, row, size_ - 1); });
  return copy;
}

void SocketTable::Move(size_t from, size_t to) {
  if (from == to) return;
  Rows()[to] = Rows()[from];
  EachGroup([&](auto group, Include, Section) { (this->*group).Move(from, to); });
}

void SocketTable::Truncate(size_t count) {
  if (count >= size_) return;
  size_ = count;
  EachGroup([&](auto group, Include, Section) { (this->*group).Truncate(count); });
}

void SocketTable::DropOwnerless() {
  size_t kept = 0;
  auto service = services.begin();  // they are in the order of their rows
  for (size_t i = 0; i < size_; i++) {
    const bool has_service = service != services.end() && service->row == i;
    if ((*this)[i].owner_count == 0) {
      if (has_service) service = services.erase(service);
      continue;
    }
    if (has_service) (service++)->row = static_cast<uint32_t>(kept);
    Move(i, kept++);
  }
  Truncate(kept);
}

void SocketTable::Clear() {
  SocketTable empty;
  empty.block_ = std::move(block_);
  owners.clear();
  empty.owners = std::move(owners);
  EachGroup([&](auto group, Include, Section) {
    (this->*group).Clear();
    empty.*group = std::move(this->*group);
  });
  empty.size_before_ = size_;
  *this = std::move(empty);
}

Interface* SocketTable::NoteInterface(uint32_t index) {
  const auto same = [&](const Interface& known) { return known.index == index; };
  if (index == 0 || std::any_of(interfaces.begin(), interfaces.end(), same)) return nullptr;
  return &interfaces.emplace_back(Interface{index, {}});
}

bool SocketTable::MissesSearch() const {
  for (size_t i = 0; i < size_; i++) {
    if (Rows()[i].owner_unknown == OwnerUnknown::kNotSearched) return true;
  }
  return false;
}

uint32_t SocketTable::CountHidden() const {
  uint32_t hidden = 0;
  for (size_t i = 0; i < size_; i++) {
    hidden += (*this)[i].owner_unknown == OwnerUnknown::kPermission;
  }
  return hidden;
}

Text SocketTable::AddText(const char* text, size_t length) {
  const Text slice{static_cast<uint32_t>(strings_.size()), static_cast<uint32_t>(length)};
  strings_.append(text, length);
  return slice;
}

}  // namespace socktable
