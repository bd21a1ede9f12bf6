#include "socket_table.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>

namespace socktable {
namespace {

// Words of the header, by position.
enum Header : uint32_t {
  kHeaderMagic,
  kHeaderVersion,
  kHeaderRowCount,
  kHeaderRowsOffset,
  kHeaderOwnerCount,
  kHeaderOwnersOffset,
  kHeaderProcessCount,
  kHeaderProcessesOffset,
  kHeaderInterfaceCount,
  kHeaderInterfacesOffset,
  kHeaderStringsLength,
  kHeaderStringsOffset,
  kHeaderSources,
  kHeaderFlags,
  kHeaderSkipped,
  kHeaderRepeated,
  kHeaderProcesses,
  kHeaderDenied,
  kHeaderVanished,
  kHeaderUnexpected,
  kHeaderUnexpectedCode,
  kHeaderUnexpectedCallOffset,
  kHeaderUnexpectedCallLength,
  kHeaderFallbackCode,
  kHeaderFallbackCallOffset,
  kHeaderFallbackCallLength,
  kHeaderServiceCount,
  kHeaderServicesOffset,
  kHeaderOpened,
  kHeaderClosed,
  kHeaderSockets,
  kHeaderHidden,
  kHeaderBrief,
  kHeaderWords = 34,
};

size_t Aligned(size_t size) { return (size + 7) & ~static_cast<size_t>(7); }

// Copies a section to `offset` and returns where the next one starts.
template <class Item>
size_t PackSection(const std::vector<Item>& items, uint8_t* out, size_t offset) {
  const size_t size = items.size() * sizeof(Item);
  if (size > 0) memcpy(out + offset, items.data(), size);
  // Bytes between the sections would otherwise be what the allocator left there.
  memset(out + offset + size, 0, Aligned(size) - size);
  return offset + Aligned(size);
}

}  // namespace

void Report::Unexpected(int code, const char* call) {
  if (unexpected++ == 0) first_unexpected = Status::Os(code, call);
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
  Row& row = Rows()[size_++];
  memset(&row, 0, sizeof row);
  return row;
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
    if (kept != i) (*this)[kept] = (*this)[i];
    kept++;
  }
  size_ = kept;
}

void SocketTable::Clear() {
  SocketTable empty;
  empty.block_ = std::move(block_);
  owners.clear();
  empty.owners = std::move(owners);
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

PackedTable SocketTable::Pack() {
  static_assert(kHeaderSize == kHeaderWords * sizeof(uint32_t));
  const Text unexpected_call =
      AddText(report.first_unexpected.call, strlen(report.first_unexpected.call));
  const Text fallback_call = AddText(report.fallback.call, strlen(report.fallback.call));

  const size_t rows_size = size_ * sizeof(Row);
  const size_t size = kHeaderSize + rows_size + Aligned(owners.size() * sizeof(Owner)) +
                      Aligned(processes.size() * sizeof(Process)) +
                      Aligned(interfaces.size() * sizeof(Interface)) +
                      Aligned(services.size() * sizeof(Service)) + Aligned(strings_.size());
  Resize(size);
  uint8_t* out = block_.bytes.get();

  uint32_t header[kHeaderWords] = {};
  size_t offset = sizeof header;
  header[kHeaderRowsOffset] = static_cast<uint32_t>(offset);
  offset += rows_size;
  header[kHeaderOwnersOffset] = static_cast<uint32_t>(offset);
  offset = PackSection(owners, out, offset);
  header[kHeaderProcessesOffset] = static_cast<uint32_t>(offset);
  offset = PackSection(processes, out, offset);
  header[kHeaderInterfacesOffset] = static_cast<uint32_t>(offset);
  offset = PackSection(interfaces, out, offset);
  header[kHeaderServicesOffset] = static_cast<uint32_t>(offset);
  offset = PackSection(services, out, offset);
  header[kHeaderStringsOffset] = static_cast<uint32_t>(offset);
  if (!strings_.empty()) memcpy(out + offset, strings_.data(), strings_.size());
  memset(out + offset + strings_.size(), 0, Aligned(strings_.size()) - strings_.size());

  header[kHeaderMagic] = kMagic;
  header[kHeaderVersion] = kLayoutVersion;
  header[kHeaderRowCount] = static_cast<uint32_t>(size_);
  header[kHeaderOwnerCount] = static_cast<uint32_t>(owners.size());
  header[kHeaderProcessCount] = static_cast<uint32_t>(processes.size());
  header[kHeaderInterfaceCount] = static_cast<uint32_t>(interfaces.size());
  header[kHeaderServiceCount] = static_cast<uint32_t>(services.size());
  header[kHeaderStringsLength] = static_cast<uint32_t>(strings_.size());
  header[kHeaderSources] = report.sources;
  header[kHeaderFlags] = report.flags;
  header[kHeaderSkipped] = report.skipped;
  header[kHeaderRepeated] = report.repeated;
  header[kHeaderProcesses] = report.processes;
  header[kHeaderDenied] = report.denied;
  header[kHeaderVanished] = report.vanished;
  header[kHeaderUnexpected] = report.unexpected;
  header[kHeaderUnexpectedCode] = static_cast<uint32_t>(report.first_unexpected.code);
  header[kHeaderUnexpectedCallOffset] = unexpected_call.offset;
  header[kHeaderUnexpectedCallLength] = unexpected_call.length;
  header[kHeaderFallbackCode] = static_cast<uint32_t>(report.fallback.code);
  header[kHeaderFallbackCallOffset] = fallback_call.offset;
  header[kHeaderFallbackCallLength] = fallback_call.length;
  header[kHeaderOpened] = changes.opened;
  header[kHeaderClosed] = changes.closed;
  header[kHeaderSockets] = changes.sockets;
  header[kHeaderHidden] = changes.hidden.value_or(CountHidden());
  header[kHeaderBrief] = changes.brief;
  memcpy(out, header, sizeof header);
  PackedTable packed = std::move(block_);
  *this = SocketTable();
  return packed;
}

const LayoutConstant* LayoutConstants(size_t* count) {
  static constexpr LayoutConstant kConstants[] = {
      {"version", kLayoutVersion},
      {"magic", kMagic},
      {"query", kQueryVersion},
      {"states", kStateCount},
      {"headerWords", kHeaderWords},
      {"header.rowCount", kHeaderRowCount},
      {"header.rowsOffset", kHeaderRowsOffset},
      {"header.ownerCount", kHeaderOwnerCount},
      {"header.ownersOffset", kHeaderOwnersOffset},
      {"header.processCount", kHeaderProcessCount},
      {"header.processesOffset", kHeaderProcessesOffset},
      {"header.interfaceCount", kHeaderInterfaceCount},
      {"header.interfacesOffset", kHeaderInterfacesOffset},
      {"header.stringsLength", kHeaderStringsLength},
      {"header.stringsOffset", kHeaderStringsOffset},
      {"header.sources", kHeaderSources},
      {"header.flags", kHeaderFlags},
      {"header.skipped", kHeaderSkipped},
      {"header.repeated", kHeaderRepeated},
      {"header.processes", kHeaderProcesses},
      {"header.denied", kHeaderDenied},
      {"header.vanished", kHeaderVanished},
      {"header.unexpected", kHeaderUnexpected},
      {"header.unexpectedCode", kHeaderUnexpectedCode},
      {"header.unexpectedCallOffset", kHeaderUnexpectedCallOffset},
      {"header.unexpectedCallLength", kHeaderUnexpectedCallLength},
      {"header.fallbackCode", kHeaderFallbackCode},
      {"header.fallbackCallOffset", kHeaderFallbackCallOffset},
      {"header.fallbackCallLength", kHeaderFallbackCallLength},
      {"header.serviceCount", kHeaderServiceCount},
      {"header.servicesOffset", kHeaderServicesOffset},
      {"header.opened", kHeaderOpened},
      {"header.closed", kHeaderClosed},
      {"header.sockets", kHeaderSockets},
      {"header.hidden", kHeaderHidden},
      {"header.brief", kHeaderBrief},
      {"row.size", sizeof(Row)},
      {"row.localAddress", offsetof(Row, local_address)},
      {"row.remoteAddress", offsetof(Row, remote_address)},
      {"row.inode", offsetof(Row, inode)},
      {"row.identity", offsetof(Row, identity)},
      {"row.uid", offsetof(Row, uid)},
      {"row.interface", offsetof(Row, interface)},
      {"row.receiveQueue", offsetof(Row, receive_queue)},
      {"row.sendQueue", offsetof(Row, send_queue)},
      {"row.ownerStart", offsetof(Row, owner_start)},
      {"row.ownerCount", offsetof(Row, owner_count)},
      {"row.localPort", offsetof(Row, local_port)},
      {"row.remotePort", offsetof(Row, remote_port)},
      {"row.protocol", offsetof(Row, protocol)},
      {"row.state", offsetof(Row, state)},
      {"row.flags", offsetof(Row, flags)},
      {"row.ownerUnknown", offsetof(Row, owner_unknown)},
      {"owner.size", sizeof(Owner)},
      {"owner.noDescriptor", Owner::kNoDescriptor},
      {"process.size", sizeof(Process)},
      {"interface.size", sizeof(Interface)},
      {"service.size", sizeof(Service)},
      {"flag.ipv6", Row::kFlagIPv6},
      {"flag.peer", Row::kFlagPeer},
      {"flag.v6OnlyKnown", Row::kFlagV6OnlyKnown},
      {"flag.v6Only", Row::kFlagV6Only},
      {"flag.backlogKnown", Row::kFlagBacklogKnown},
      {"flag.queues", Row::kFlagQueues},
      {"flag.created", Row::kFlagCreated},
      {"flag.user", Row::kFlagUser},
      {"report.fromSockDiag", Report::kFromSockDiag},
      {"report.fromProcfs", Report::kFromProcfs},
      {"report.fromIpHelper", Report::kFromIpHelper},
      {"report.fromPcbList", Report::kFromPcbList},
      {"report.fromLibproc", Report::kFromLibproc},
      {"report.interrupted", Report::kInterrupted},
      {"report.boundUnavailable", Report::kBoundUnavailable},
      {"report.processesHidden", Report::kProcessesHidden},
      {"report.askedDenied", Report::kAskedDenied},
      {"report.numericScopes", Report::kNumericScopes},
      {"report.socketsHidden", Report::kSocketsHidden},
      {"report.closingsTold", Report::kClosingsTold},
      {"report.closingsMissed", Report::kClosingsMissed},
      {"report.foreignProc", Report::kForeignProc},
      {"report.searchEnded", Report::kSearchEnded},
      {"report.otherNetwork", Report::kOtherNetwork},
  };
  *count = std::size(kConstants);
  return kConstants;
}

}  // namespace socktable
