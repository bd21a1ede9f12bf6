#include "watcher.h"

#include <algorithm>

#include "../core/counts.h"
#include "../core/owners.h"
#include "../core/source.h"
#include "row_copier.h"

namespace socktable {
namespace {

// All owners are searched again after this many times what the search took, within limits that the
// documentation of watchSockets names.
constexpr int kSearchShare = 600;
constexpr std::chrono::seconds kSoonest{5};
constexpr std::chrono::seconds kLatest{60};

constexpr size_t kMostActive = 32;

// Tables keep what owners are concluded from, and on Windows the time of creation, which
// distinguishes a socket from a later one at its addresses.
Query ForWatching(Query query) {
  query.owners_follow = true;
  return query;
}

// Remembered owners keep their places; texts are those of the table.
void CopyMemory(const SocketTable& from, SocketTable* to) {
  to->owners = from.owners;
  for (const Process& process : from.processes) {
    to->processes.push_back({process.pid, to->AddText(from, process.name)});
  }
  to->report.denied = from.report.denied;
}

void CopyOwnerFields(const Row& from, Row* to) {
  to->owner_start = from.owner_start;
  to->owner_count = from.owner_count;
  to->owner_unknown = from.owner_unknown;
}

// A connection outlives the listener that accepted it, and remains an incoming one.
void KeepDirection(const Row& earlier, Row* row) {
  if (earlier.direction != Direction::kNone && row->HasPeer()) row->direction = earlier.direction;
}

void AddInterfaces(const SocketTable& from, SocketTable* to) {
  for (const Interface& interface : from.interfaces) {
    Interface* added = to->NoteInterface(interface.index);
    if (added != nullptr) added->name = to->AddText(from, interface.name);
  }
}

}  // namespace

Watcher::Watcher(Query query)
    : query_(ForWatching(std::move(query))), separate_owners_(OwnersAreSeparate(query_)) {}

Status Watcher::Poll(const std::atomic<bool>* cancelled, PackedTable* changes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  RowMatcher rows(last_, next_);
  Status status = Read(cancelled, &rows);
  if (!status.ok()) return status;
  *changes = Pack(rows);
  std::swap(last_, next_);
  return status;
}

PackedTable Watcher::Count(uint32_t by) {
  const std::lock_guard<std::mutex> lock(mutex_);
  SocketTable counts;
  CountSockets(last_, by, &counts);
  return counts.Pack();
}

Status Watcher::PollCounts(const std::atomic<bool>* cancelled, uint32_t by, PackedTable* counts) {
  const std::lock_guard<std::mutex> lock(mutex_);
  RowMatcher rows(last_, next_);
  Status status = Read(cancelled, &rows);
  if (!status.ok()) return status;
  SocketTable groups;
  CountSockets(next_, by, &groups);
  groups.changes = ChangesOf(rows);
  *counts = groups.Pack();
  std::swap(last_, next_);
  return status;
}

Status Watcher::Read(const std::atomic<bool>* cancelled, RowMatcher* rows) {
  Query query = query_;
  query.cancelled = cancelled;
  next_.Clear();
  changed_.clear();
  short_lived_.Listen(query_);
  const bool whole = !separate_owners_ || Clock::now() >= search_all_;
  Status status = whole ? ReadWhole(query, rows) : ReadRows(query, rows);
  if (begun_ && !query_.pids.empty() && IsNoSuchProcess(status)) {
    // The processes of the query have ended, so no sockets match it.
    next_.Clear();
    next_.report.sources = last_.report.sources;
    rows->Run([](uint32_t, uint32_t) {});
    status = Status::Ok();
  }
  if (!status.ok()) return status;
  // Also of a search that an earlier read made.
  if (next_.MissesSearch()) next_.report.Set(ReportFlag::kSearchEnded);
  begun_ = true;
  FindShortLived(*rows);
  return status;
}

void Watcher::FindShortLived(const RowMatcher& rows) {
  for (const uint32_t before : rows.closed) short_lived_.ExpectClosed(last_[before]);
  for (const Pair& pair : changed_) {
    if (next_[pair.after].state == State::kTimeWait)
      short_lived_.ExpectLingering(last_[pair.before]);
  }
  for (const uint32_t after : rows.opened) {
    if (next_[after].state == State::kTimeWait) short_lived_.ExpectUnseen(next_[after]);
  }
  short_lived_.Find(&next_);
}

Status Watcher::ReadWhole(const Query& query, RowMatcher* rows) {
  const auto start = Clock::now();
  Status status = ReadSockets(query, next_);
  if (!status.ok()) return status;
  const auto now = Clock::now();
  search_all_ = now + std::clamp<Clock::duration>(kSearchShare * (now - start), kSoonest, kLatest);
  RowCopier owners(next_);
  rows->Run([&](uint32_t before, uint32_t after) {
    const Row& earlier = last_[before];
    Row& row = next_[after];
    // It closed during the read: the next one will report it as closed, with its last owner.
    if (row.owner_unknown == OwnerUnknown::kGone) owners.CopyOwners(last_, earlier, &row);
    KeepDirection(earlier, &row);
    if (!SameFields(last_, before, next_, after) || !SameOwners(last_, earlier, next_, row)) {
      changed_.push_back({before, after});
    }
  });
  return status;
}

Status Watcher::ReadRows(Query query, RowMatcher* rows) {
  query.owners = Owners::kNone;
  Status status = ReadSockets(query, next_);
  if (!status.ok()) return status;
  CopyMemory(last_, &next_);
  // Known sockets are not looked up again: their owners stay valid until the next search.
  next_.report.flags |= last_.report.flags & Bit(ReportFlag::kForeignProc);
  std::vector<Pair> doubtful;
  Remember(rows, &doubtful);
  for (const uint32_t before : rows->closed) NoteActive(last_, last_[before]);
  for (const uint32_t after : rows->opened) doubtful.push_back({kNone, after});
  // One holder is enough for now: the search of all finds the others.
  query.owners = Owners::kFirst;
  return SearchOwners(query, doubtful);
}

// Takes over the owners of known sockets, but for those that may have others now. Of each process
// one socket is checked, which finds those that have ended, and PIDs that went to another one.
void Watcher::Remember(RowMatcher* rows, std::vector<Pair>* doubtful) {
  enum class Holder : uint8_t { kUnchecked, kHolds, kDoubtful };
  std::vector<Holder> holders(last_.processes.size());
  const auto holds = [&](const Owner& owner, uint64_t inode) {
    Holder& holder = holders[owner.process];
    if (holder == Holder::kUnchecked) {
      const bool still = StillHolds(last_.processes[owner.process].pid, owner.descriptor, inode);
      holder = still ? Holder::kHolds : Holder::kDoubtful;
    }
    return holder == Holder::kHolds;
  };
  rows->Run([&](uint32_t before, uint32_t after) {
    const Row& earlier = last_[before];
    Row& row = next_[after];
    KeepDirection(earlier, &row);
    const bool same = SameFields(last_, before, next_, after);
    bool sure = earlier.inode == row.inode && (same || earlier.owner_count > 0);
    for (uint32_t i = 0; sure && i < earlier.owner_count; i++) {
      sure = holds(last_.owners[earlier.owner_start + i], row.inode);
    }
    if (!sure && (earlier.inode != row.inode || !KeepHolders(earlier, &row))) {
      return doubtful->push_back({before, after});
    }
    if (sure) CopyOwnerFields(earlier, &row);
    if (!same || row.owner_count != earlier.owner_count) changed_.push_back({before, after});
  });
}

// Of a socket's owners, keeps those that hold it still. False where none does.
bool Watcher::KeepHolders(const Row& earlier, Row* row) {
  const auto start = static_cast<uint32_t>(next_.owners.size());
  for (uint32_t i = 0; i < earlier.owner_count; i++) {
    const Owner owner = last_.owners[earlier.owner_start + i];
    const uint32_t pid = last_.processes[owner.process].pid;
    if (StillHolds(pid, owner.descriptor, row->inode)) next_.owners.push_back(owner);
  }
  row->ForgetOwners();
  const auto kept = static_cast<uint32_t>(next_.owners.size()) - start;
  if (kept == 0) return false;
  row->owner_start = start;
  row->owner_count = kept;
  row->owner_unknown = OwnerUnknown::kKnown;
  return true;
}

Status Watcher::SearchOwners(const Query& query, const std::vector<Pair>& doubtful) {
  if (doubtful.empty()) return Status::Ok();
  SocketTable asked;
  asked.Expect(query);
  for (const Pair& pair : doubtful) asked.AppendCopy(next_, pair.after);
  Status status = ReadOwners(query, active_, asked);
  if (!status.ok()) return status;
  if (next_.report.unexpected == 0) next_.report.first_unexpected = asked.report.first_unexpected;
  next_.report.unexpected += asked.report.unexpected;
  next_.report.flags |= asked.report.flags & Bit(ReportFlag::kForeignProc);

  RowCopier owners(next_);
  for (size_t i = 0; i < doubtful.size(); i++) {
    const auto& [before, after] = doubtful[i];
    Row& row = next_[after];
    const bool is_new = before == kNone;
    if (is_new || asked[i].owner_unknown != OwnerUnknown::kGone) {
      owners.CopyOwners(asked, asked[i], &row);
      NoteActive(next_, row);
    } else {
      CopyOwnerFields(last_[before], &row);  // as in ReadWhole: it was its last owner's
    }
    if (is_new) {
      // It may be on its way to another process, where a later search may find it.
      const bool unseen = row.owner_unknown == OwnerUnknown::kNotFound;
      if (unseen) search_all_ = std::min(search_all_, Clock::now() + kSoonest);
      continue;
    }
    if (!SameFields(last_, before, next_, after) || !SameOwners(last_, last_[before], next_, row)) {
      changed_.push_back(doubtful[i]);
    }
  }
  return status;
}

void Watcher::NoteActive(const SocketTable& table, const Row& row) {
  if (row.owner_count == 0) return;
  const uint32_t pid = table.processes[table.owners[row.owner_start].process].pid;
  const auto known = std::find(active_.begin(), active_.end(), pid);
  if (known == active_.end()) {
    if (active_.size() == kMostActive) active_.pop_back();
    active_.insert(active_.begin(), pid);
  } else {
    std::rotate(active_.begin(), known, known + 1);
  }
}

Changes Watcher::ChangesOf(const RowMatcher& rows) const {
  return {static_cast<uint32_t>(rows.opened.size()), static_cast<uint32_t>(rows.closed.size()),
          static_cast<uint32_t>(short_lived_.found().size())};
}

PackedTable Watcher::Pack(const RowMatcher& rows) {
  SocketTable changes;
  changes.Expect(query_);
  RowCopier copier(changes);
  const SocketTable& short_lived = short_lived_.found();
  for (const uint32_t after : rows.opened) copier.Copy(next_, after);
  for (const uint32_t before : rows.closed) copier.Copy(last_, before);
  for (uint32_t i = 0; i < short_lived.size(); i++) copier.Copy(short_lived, i);
  for (const Pair& pair : changed_) {
    copier.Copy(next_, pair.after);
    copier.Copy(last_, pair.before);
  }
  AddInterfaces(next_, &changes);
  AddInterfaces(last_, &changes);
  changes.report = next_.report;
  changes.report.sockets = static_cast<uint32_t>(next_.size());
  changes.report.hidden_sockets = next_.CountHidden();
  changes.changes = ChangesOf(rows);
  return changes.Pack();
}

}  // namespace socktable
