#include <cstring>

#include "socket_table.h"

namespace socktable {
namespace {

size_t Aligned(size_t size) { return (size + 7) & ~static_cast<size_t>(7); }

// Lays sections out one after the other, and writes those that are copied once all have a place.
class Layout {
 public:
  explicit Layout(size_t offset) : offset_(offset) {}

  // A section that stands where it belongs already.
  void Placed(Section section, size_t stride, size_t count) {
    Add(section, stride, count, nullptr);
  }

  template <class Record>
  void Copied(Section section, const Record* records, size_t count) {
    Add(section, sizeof(Record), count, records);
  }

  size_t size() const { return offset_; }

  void Write(uint8_t* out) const {
    Header header{};
    header.magic = kMagic;
    header.version = kSchemaVersion;
    header.sections = count_;
    memcpy(out, &header, sizeof header);
    memcpy(out + sizeof header, entries_, sizeof entries_);
    for (uint32_t i = 0; i < count_; i++) {
      const SectionEntry& entry = entries_[i];
      if (copied_[i] == nullptr) continue;
      const size_t size = static_cast<size_t>(entry.stride) * entry.count;
      memcpy(out + entry.offset, copied_[i], size);
      // Bytes between the sections would otherwise be what the allocator left there.
      memset(out + entry.offset + size, 0, Aligned(size) - size);
    }
  }

 private:
  void Add(Section section, size_t stride, size_t count, const void* copied) {
    if (count == 0) return;
    copied_[count_] = copied;
    SectionEntry& entry = entries_[count_++];
    entry.section = static_cast<uint32_t>(section);
    entry.stride = static_cast<uint32_t>(stride);
    entry.count = static_cast<uint32_t>(count);
    entry.offset = static_cast<uint32_t>(offset_);
    offset_ += Aligned(stride * count);
  }

  SectionEntry entries_[kSectionCount] = {};
  const void* copied_[kSectionCount] = {};
  uint32_t count_ = 0;
  size_t offset_;
};

}  // namespace

PackedReport SocketTable::PackReport() {
  const auto call = [&](const Status& status) { return AddText(status.call, strlen(status.call)); };
  PackedReport packed{};
  packed.sources = report.sources;
  packed.flags = report.flags;
  packed.skipped = report.skipped;
  packed.repeated = report.repeated;
  packed.processes = report.processes;
  packed.denied = report.denied;
  packed.vanished = report.vanished;
  packed.unexpected = report.unexpected;
  packed.unexpected_code = static_cast<uint32_t>(report.first_unexpected.code);
  packed.unexpected_call = call(report.first_unexpected);
  packed.fallback_code = static_cast<uint32_t>(report.fallback.code);
  packed.fallback_call = call(report.fallback);
  packed.sockets = report.sockets.value_or(static_cast<uint32_t>(size_));
  packed.hidden_sockets = report.hidden_sockets.value_or(CountHidden());
  return packed;
}

PackedTable SocketTable::Pack() {
  const PackedReport packed_report = PackReport();
  Layout layout(kHeaderSize);
  layout.Placed(Section::kRows, sizeof(Row), size_);
  EachGroup([&](auto group, Include what, Section section) {
    const auto& records = (this->*group).records();
    if (Includes(what)) layout.Copied(section, records.data(), records.size());
  });
  layout.Copied(Section::kOwners, owners.data(), owners.size());
  layout.Copied(Section::kProcesses, processes.data(), processes.size());
  layout.Copied(Section::kInterfaces, interfaces.data(), interfaces.size());
  layout.Copied(Section::kServices, services.data(), services.size());
  layout.Copied(Section::kCounts, counts.data(), counts.size());
  if (changes) layout.Copied(Section::kChanges, &*changes, 1);
  layout.Copied(Section::kReport, &packed_report, 1);
  layout.Copied(Section::kStrings, strings_.data(), strings_.size());

  Resize(layout.size());
  layout.Write(block_.bytes.get());
  PackedTable packed = std::move(block_);
  *this = SocketTable();
  return packed;
}

}  // namespace socktable
