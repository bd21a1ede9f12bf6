#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layout.h"
#include "query.h"
#include "row_group.h"
#include "status.h"

namespace socktable {

// What a read knows about itself; layout.h says what crosses of it.
struct Report {
  uint32_t sources = 0;     // bits of Source: where the rows came from
  uint32_t flags = 0;       // bits of ReportFlag
  uint32_t skipped = 0;     // records or lines that could not be understood
  uint32_t repeated = 0;    // rows that were read twice and dropped once
  uint32_t processes = 0;   // processes whose descriptors were read
  uint32_t denied = 0;      // processes whose descriptors may not be read
  uint32_t vanished = 0;    // processes that ended during the read
  uint32_t unexpected = 0;  // failures that no line of this code expects; the first is kept
  Status first_unexpected;
  Status fallback;  // why the first source was not used; ok where it was

  // Of a table that stands for a larger one: how many sockets that has, and how many of them have
  // an owner that permission hides. Not set: as many as there are rows.
  std::optional<uint32_t> sockets;
  std::optional<uint32_t> hidden_sockets;

  bool Has(ReportFlag flag) const { return (flags & Bit(flag)) != 0; }
  void Set(ReportFlag flag) { flags |= Bit(flag); }
  void From(Source source) { sources |= Bit(source); }
  void Unexpected(int code, const char* call);
};

// A whole packed table.
struct PackedTable {
  struct Free {
    void operator()(void* memory) const { free(memory); }
  };
  std::unique_ptr<uint8_t, Free> bytes;
  size_t size = 0;
};

// The rows of a table grow where they will be packed, behind room for the header: a large table is
// held once, and packing it copies none of them.
class SocketTable {
 public:
  // Takes note of the groups that a query asks for. To be called while the table is empty.
  void Expect(const Query& query);

  // Adds a row of zeros, with records of its groups, and returns it; valid until the next one.
  Row& Append();
  // Adds a row of another table with those records; owners are to be copied apart.
  Row& AppendCopy(const SocketTable& from, size_t row);
  Row& operator[](size_t index) { return Rows()[index]; }
  const Row& operator[](size_t index) const { return Rows()[index]; }
  size_t size() const { return size_; }
  // Whether its query asked for this.
  bool Includes(Include what) const { return (include_ & Bit(what)) != 0; }

  // Moves a row, and the records of its groups, over another one.
  void Move(size_t from, size_t to);
  // Keeps the first `count` rows.
  void Truncate(size_t count);
  void DropLast() { Truncate(size_ - 1); }
  // Drops all rows that have no owner; the others' services stay with them.
  void DropOwnerless();
  // Empties the table and keeps the memory of its rows and owners.
  void Clear();
  // How many rows it had when it was emptied: as many may come again.
  size_t size_before() const { return size_before_; }

  // Remembers an interface that a row mentions; 0 is none. Returns it for its name to be added,
  // valid until the next one; null where it is known already.
  Interface* NoteInterface(uint32_t index);

  // How many rows have an owner that permission hides.
  uint32_t CountHidden() const;
  // Whether the search for the owner of some row ended early.
  bool MissesSearch() const;

  Text AddText(const char* text, size_t length);
  bool SameText(Text text, const SocketTable& from, Text other) const {
    return strings_.compare(text.offset, text.length, from.strings_, other.offset, other.length) ==
           0;
  }
  Text AddText(const SocketTable& from, Text text) {
    return AddText(from.strings_.data() + text.offset, text.length);
  }

  // Hands everything over and leaves the table empty (pack.cc).
  PackedTable Pack();

  RowGroup<Details> details;
  std::vector<Owner> owners;
  std::vector<Process> processes;
  std::vector<Interface> interfaces;
  std::vector<Service> services;
  std::vector<Count> counts;  // in place of rows
  std::optional<Changes> changes;
  Report report;

 private:
  static constexpr size_t kHeaderSize = sizeof(Header) + kSectionCount * sizeof(SectionEntry);

  // Calls function(group, what asks for it, its section) for each group, a group being a pointer to
  // the member above. What moves a row moves its records, and what packs rows packs them.
  template <class Function>
  static void EachGroup(Function function) {
    function(&SocketTable::details, Include::kDetails, Section::kDetails);
  }

  Row* Rows() { return reinterpret_cast<Row*>(block_.bytes.get() + kHeaderSize); }
  const Row* Rows() const { return reinterpret_cast<const Row*>(block_.bytes.get() + kHeaderSize); }
  void Resize(size_t size);
  PackedReport PackReport();

  PackedTable block_;
  size_t size_ = 0;
  size_t size_before_ = 0;
  uint32_t include_ = 0;  // bits of Include: groups that may be wanted here and not asked for
  std::string strings_;
};

}  // namespace socktable
