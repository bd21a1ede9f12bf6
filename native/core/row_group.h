#pragma once

#include <cstddef>
#include <vector>

namespace socktable {

// What some queries want to know of each socket beside its row: one record for each row, in the
// order of the rows, or none at all.
template <class Record>
class RowGroup {
 public:
  // To be called while the table is empty.
  void Want() { wanted_ = true; }
  bool wanted() const { return wanted_; }

  // The record of a row. Where the group is not wanted, one that is written to is lost, and one
  // that is read is of zeros.
  Record& operator[](size_t row) { return wanted_ ? records_[row] : (lost_ = Record{}); }
  const Record& operator[](size_t row) const {
    static constexpr Record kZeros{};
    return wanted_ ? records_[row] : kZeros;
  }

  void Append() {
    if (wanted_) records_.emplace_back();
  }
  void Move(size_t from, size_t to) {
    if (wanted_) records_[to] = records_[from];
  }
  void Truncate(size_t count) {
    if (wanted_) records_.resize(count);
  }
  void Copy(const RowGroup& from, size_t row, size_t to) {
    if (wanted_) records_[to] = from[row];
  }
  // Keeps the memory.
  void Clear() {
    records_.clear();
    wanted_ = false;
  }

  const std::vector<Record>& records() const { return records_; }

 private:
  std::vector<Record> records_;
  Record lost_{};
  bool wanted_ = false;
};

}  // namespace socktable
