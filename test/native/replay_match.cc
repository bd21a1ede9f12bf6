#include "../../native/watch/row_matcher.h"
#include "replay.h"

namespace socktable {
namespace {

constexpr size_t kRecordSize = 4;
constexpr uint8_t kHasPeer = 0x80;  // in the byte of the state

void AddRow(const uint8_t* record, SocketTable* table) {
  Row& row = table->Append();
  row.cookie = record[0];
  row.local_port = record[1];
  row.state = static_cast<State>((record[2] & ~kHasPeer) % kStateCount);
  if ((record[2] & kHasPeer) != 0) row.flags |= Row::kFlagPeer;
  row.inode = record[3];
}

// Counts the rows of one reading, each of which is to be told once.
class Tally {
 public:
  explicit Tally(size_t rows) : told_(rows) {}

  void Tell(uint32_t row) {
    Require(row < told_.size() && !told_[row], "a row that is told once");
    told_[row] = true;
    count_++;
  }
  bool Complete() const { return count_ == told_.size(); }

 private:
  std::vector<bool> told_;
  size_t count_ = 0;
};

}  // namespace

void ReplayMatch(const uint8_t* bytes, size_t size, Replayed* replayed) {
  SocketTable before;
  SocketTable after;
  for (size_t at = 1; at + kRecordSize <= size; at += kRecordSize) {
    AddRow(bytes + at, before.size() < bytes[0] ? &before : &after);
  }
  Tally earlier(before.size());
  Tally later(after.size());
  size_t pairs = 0;
  RowMatcher rows(before, after);
  rows.Run([&](uint32_t b, uint32_t a) {
    Require(SameSocket(before, before[b], after, after[a]), "pairs of one socket");
    earlier.Tell(b);
    later.Tell(a);
    pairs++;
  });
  for (const uint32_t closed : rows.closed) {
    earlier.Tell(closed);
    for (const uint32_t opened : rows.opened) {
      Require(!SameSocket(before, before[closed], after, after[opened]), "no pair left over");
    }
  }
  for (const uint32_t opened : rows.opened) later.Tell(opened);
  Require(earlier.Complete() && later.Complete(), "every row told");
  replayed->outcome = "pairs=" + std::to_string(pairs) +
                      " opened=" + std::to_string(rows.opened.size()) +
                      " closed=" + std::to_string(rows.closed.size());
}

}  // namespace socktable
