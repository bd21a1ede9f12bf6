#include "watcher.h"

#include <algorithm>

#include "../core/counts.h"
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

Query ForWatching(Query query) {
  query.times = true;  // where the system tells them, they tell sockets apart
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

void AddInterfaces(const SocketTable& from, SocketTable* to) {
  for (const Interface& interface : from.interfaces) {
    Interface* added = to->NoteInterface(interface.index);
    if (added != nullptr) added->name = to->AddText(from, interface.name);
  }
}

}  // namespace

Watcher::Watcher(Query query)
    : query_(ForWatching(std::move(query))), apart_(OwnersAreApart(query_)) {}

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
  TellChanges(rows, &groups.changes);
  *counts = groups.Pack();
  std::swap(last_, next_);
  return status;
}

Status Watcher::Read(const std::atomic<bool>* cancelled, RowMatcher* rows) {
  Query query = query_;
  query.cancelled = cancelled;
  next_.Clear();
  changed_.clear();
  brief_.Listen(query_);
  const bool whole = !apart_ || Clock::now() >= search_all_;
  Status status = whole ? ReadWhole(query, rows) : ReadRows(query, rows);
  if (begun_ && !query_.pids.empty() && IsNoSuchProcess(status)) {
    // Who was asked about has ended: so have its sockets.
    next_.Clear();
    next_.report.sources = last_.report.sources;
    rows->Run([](uint32_t, uint32_t) {});
    status = Status::Ok();
  }
  if (!status.ok()) return status;
  // Also of a search that an earlier read made.
  if (next_.MissesSearch()) next_.report.flags |= Report::kSearchEnded;
  begun_ = true;
  FindBrief(*rows);
  return status;
}

void Watcher::FindBrief(const RowMatcher& rows) {
  for (const uint32_t before : rows.closed) brief_.ExpectClosed(last_[before]);
  for (const Pair& pair : changed_) {
    if (next_[pair.after].state == State::kTimeWait) brief_.ExpectLingering(last_[pair.before]);
  }
  for (const uint32_t after : rows.opened) {
    if (next_[after].state == State::kTimeWait) brief_.ExpectUnseen(next_[after]);
  }
  brief_.Find(&next_);
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
    // It closed behind the reading's back: the next one will say so, and whose it was.
    if (row.owner_unknown == OwnerUnknown::kGone) owners.CopyOwners(last_, earlier, &row);
    if (!SameFields(earlier, row) || !SameOwners(last_, earlier, next_, row)) {
      changed_.push_back({before, after});
    }
  });
  return status;
}

Status Watcher::ReadRows(Query query, RowMatcher* rows) {
  const bool names = query.names;
  query.owners = Owners::kNone;
  query.names = false;
  Status status = ReadSockets(query, next_);
  if (!status.ok()) return status;
  CopyMemory(last_, &next_);
  // Sockets that are known already are not looked up again: it holds for them until the next
  // search.
  next_.report.flags |= last_.report.flags & Report::kForeignProc;
  std::vector<Pair> doubtful;
  Remember(rows, &doubtful);
  for (const uint32_t before : rows->closed) NoteActive(last_, last_[before]);
  for (const uint32_t after : rows->opened) doubtful.push_back({kNone, after});
  // One holder is enough for now: the search of all finds the others.
  query.owners = Owners::kFirst;
  query.names = names;
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
    const bool same = SameFields(earlier, row);
    bool sure = same || (earlier.inode == row.inode && earlier.owner_count > 0);
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
  for (const Pair& pair : doubtful) asked.Append() = next_[pair.after];
  Status status = ReadOwners(query, active_, asked);
  if (!status.ok()) return status;
  if (next_.report.unexpected == 0) next_.report.first_unexpected = asked.report.first_unexpected;
  next_.report.unexpected += asked.report.unexpected;
  next_.report.flags |= asked.report.flags & Report::kForeignProc;

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
      // It may be on its way to somebody, and another look may find it there.
      const bool unseen = row.owner_unknown == OwnerUnknown::kNotFound;
      if (unseen) search_all_ = std::min(search_all_, Clock::now() + kSoonest);
      continue;
    }
    if (!SameFields(last_[before], row) || !SameOwners(last_, last_[before], next_, row)) {
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

void Watcher::TellChanges(const RowMatcher& rows, Changes* changes) const {
  changes->opened = static_cast<uint32_t>(rows.opened.size());
  changes->closed = static_cast<uint32_t>(rows.closed.size());
  changes->brief = static_cast<uint32_t>(brief_.found().size());
}

PackedTable Watcher::Pack(const RowMatcher& rows) {
  SocketTable changes;
  RowCopier copier(changes);
  const SocketTable& brief = brief_.found();
  for (const uint32_t after : rows.opened) copier.Copy(next_, after);
  for (const uint32_t before : rows.closed) copier.Copy(last_, before);
  for (uint32_t i = 0; i < brief.size(); i++) copier.Copy(brief, i);
  for (const Pair& pair : changed_) {
    copier.Copy(next_, pair.after);
    copier.Copy(last_, pair.before);
  }
  AddInterfaces(next_, &changes);
  AddInterfaces(last_, &changes);
  changes.report = next_.report;
  TellChanges(rows, &changes.changes);
  changes.changes.sockets = static_cast<uint32_t>(next_.size());
  changes.changes.hidden = next_.CountHidden();
  return changes.Pack();
}

}  // namespace socktable
