#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>

#include "../posix/unique_fd.h"
#include "format.h"
#include "numbered_entries.h"
#include "owners.h"
#include "parallel.h"
#include "process.h"
#include "process_view.h"
#include "table_comparison.h"

namespace socktable {
namespace {

// Servers open their listeners early: a search for a few sockets reads this many bytes of each
// process's directory before the long tail of any (an entry takes 24 bytes).
constexpr size_t kFirstEntriesSize = 32 * 24;
constexpr size_t kEntriesSize = 32 * 1024;

constexpr size_t kMostThreads = 4;
constexpr size_t kProcessesPerThread = 32;

// A descriptor that a process inherited keeps its number, so each process is asked for the numbers
// at which the sockets were found. This bounds how often.
constexpr size_t kMostInheritedLookups = 20000;

// How many tables are read that may be shared ones which were read before.
constexpr uint32_t kMostDoubtfulTables = 200;

// The state of one process in the scan.
struct ProcessState {
  int64_t next = 0;     // where to go on in its descriptors; 0: all were read
  bool empty = true;    // it had no descriptor
  bool denied = false;  // its descriptors may not be read
  bool vanished = false;
};

// What one thread needs for itself.
struct ScanThread {
  ScanThread() : first_entries(kFirstEntriesSize), entries(kEntriesSize), tasks(kEntriesSize) {}

  NumberedEntries first_entries;
  NumberedEntries entries;
  NumberedEntries tasks;
  std::vector<Holding> holdings;
};

class Scanner {
 public:
  Scanner(int proc, const WantedSockets& wanted, const Query& query, Report* report,
          OwnerScan* scan)
      : proc_(proc),
        wanted_(wanted),
        query_(query),
        report_(report),
        scan_(scan),
        found_(new std::atomic<bool>[wanted.size()]()),
        missing_(wanted.size()) {}

  Status Run() {
    Status status = ListProcesses();
    if (!status.ok()) return status;
    states_.resize(scan_->pids.size());
    const size_t cores = std::max(1u, std::thread::hardware_concurrency());
    const size_t useful = scan_->pids.size() / kProcessesPerThread + 1;
    threads_.resize(std::min({cores, useful, kMostThreads}));

    const bool all = query_.owners == Owners::kAll;
    if (all) {
      Each([&](ScanThread& thread, uint32_t process) { ReadWhole(thread, process); });
    } else {
      Each([&](ScanThread& thread, uint32_t process) { ReadFirst(thread, process); });
      Each([&](ScanThread& thread, uint32_t process) { ReadRest(thread, process); });
      FindInheritors();
    }
    if (all || missing_ > 0) {
      Each([&](ScanThread& thread, uint32_t process) { ReadTasks(thread, process); });
    }
    if (!failure_.ok()) return failure_;
    if (query_.Cancelled()) return Status::Os(ECANCELED, "readlinkat");
    return Collect();
  }

 private:
  Status ListProcesses() {
    if (!query_.pids.empty()) {
      scan_->pids = query_.pids;
      return Status::Ok();
    }
    NumberedEntries entries(kEntriesSize);
    int64_t next;
    const int code = entries.Read(proc_, false, &next, [&](uint32_t pid) {
      scan_->pids.push_back(pid);
      return true;
    });
    return code == 0 ? Status::Ok() : Status::Os(code, "getdents64", "/proc");
  }

  template <class Work>
  void Each(Work work) {
    const bool memory =
        ParallelFor(scan_->pids.size(), threads_.size(), [&](size_t thread, size_t process) {
          if (!stop_ && !query_.Cancelled()) {
            work(threads_[thread], static_cast<uint32_t>(process));
          }
        });
    if (!memory) Fail(ENOMEM, "malloc");
  }

  void ReadWhole(ScanThread& thread, uint32_t process) {
    ReadDescriptors(thread, process, FdPath(process), Part::kWhole, states_[process]);
  }

  void ReadFirst(ScanThread& thread, uint32_t process) {
    ReadDescriptors(thread, process, FdPath(process), Part::kFirst, states_[process]);
  }

  void ReadRest(ScanThread& thread, uint32_t process) {
    if (states_[process].next == 0 || missing_ == 0) return;
    ReadDescriptors(thread, process, FdPath(process), Part::kRest, states_[process]);
  }

  struct Path {
    char text[48];
  };
  Path FdPath(uint32_t process) const {
    Path path;
    Format(path.text, "%u/fd", scan_->pids[process]);
    return path;
  }

  enum class Part {
    kWhole,
    kFirst,  // the first few descriptors
    kRest,   // those behind them, until no socket is missing any more
  };

  // Looks at the descriptors in one directory.
  void ReadDescriptors(ScanThread& thread, uint32_t process, const Path& path, Part part,
                       ProcessState& state) {
    const UniqueFd directory(openat(proc_, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) return NoteFailure(errno, "openat", state);
    if (part == Part::kRest) lseek(directory.get(), state.next, SEEK_SET);
    NumberedEntries& entries = part == Part::kFirst ? thread.first_entries : thread.entries;
    const auto look = [&](uint32_t descriptor) {
      state.empty = false;
      LookAt(thread, directory.get(), process, descriptor, state);
      return !state.denied && !stop_ && !(part == Part::kRest && missing_ == 0);
    };
    const int code = entries.Read(directory.get(), part == Part::kFirst, &state.next, look);
    if (code != 0) NoteFailure(code, "getdents64", state);
  }

  void LookAt(ScanThread& thread, int directory, uint32_t process, uint32_t descriptor,
              ProcessState& state) {
    char name[16];
    char* end = name + sizeof name;
    char* begin = end;
    *--begin = '\0';
    uint32_t rest = descriptor;
    do *--begin = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) != 0);

    // readlink, not stat: stat asks the file system behind the descriptor, and a dead network file
    // system would hold this thread forever.
    char link[64];
    const ssize_t length = readlinkat(directory, begin, link, sizeof link);
    if (length < 0) {
      // ENOENT: closed since the folder was read. ENAMETOOLONG: a file whose path is longer than a
      // page.
      if (errno != ENOENT && errno != ENAMETOOLONG) NoteFailure(errno, "readlinkat", state);
      return;
    }
    const uint64_t inode = ParseSocketLink(link, static_cast<size_t>(length));
    if (inode == 0) return;
    const uint32_t socket = wanted_.Find(inode);
    if (socket != WantedSockets::kNone) Hold(thread, socket, process, descriptor);
  }

  void Hold(ScanThread& thread, uint32_t socket, uint32_t process, uint32_t descriptor) {
    thread.holdings.push_back({socket, process, descriptor});
    if (!found_[socket].exchange(true)) missing_--;
  }

  // A forked process inherits the sockets under the same descriptor numbers, so checking one number
  // per process finds those that share a socket without reading the other descriptors.
  void FindInheritors() {
    std::vector<Holding> known;
    for (const ScanThread& thread : threads_) {
      known.insert(known.end(), thread.holdings.begin(), thread.holdings.end());
    }
    if (known.size() * scan_->pids.size() > kMostInheritedLookups) return;
    Each([&](ScanThread& thread, uint32_t process) {
      if (states_[process].next == 0) return;  // was read to its end
      for (const Holding& holding : known) {
        if (holding.process == process) continue;
        char path[64];
        char link[64];
        Format(path, "%u/fd/%u", scan_->pids[process], holding.descriptor);
        const ssize_t length = readlinkat(proc_, path, link, sizeof link);
        if (length < 0 && IsShortage(errno)) return Fail(errno, "readlinkat");
        if (length < 0) continue;
        const uint64_t inode = ParseSocketLink(link, static_cast<size_t>(length));
        if (inode != wanted_.Inode(holding.socket)) continue;
        Hold(thread, holding.socket, process, holding.descriptor);
      }
    });
  }

  // A thread may have a descriptor table of its own (unshare(CLONE_FILES)), and a process whose
  // main thread has ended shows no descriptors at all, or those of no process, while its other
  // threads still hold them.
  void ReadTasks(ScanThread& thread, uint32_t process) {
    ProcessState& state = states_[process];
    if (state.vanished) return;
    const uint32_t pid = scan_->pids[process];
    char path[48];
    Format(path, "%u/task", pid);
    // The link count is 2 and the number of threads (fs/proc/base.c, proc_task_getattr).
    constexpr nlink_t kLinksOfOneThread = 3;
    struct stat info;
    if (fstatat(proc_, path, &info, 0) != 0) {
      if (IsShortage(errno)) Fail(errno, "fstatat");
      return;
    }
    if (info.st_nlink <= kLinksOfOneThread) return;
    const UniqueFd directory(openat(proc_, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) return NoteFailure(errno, "openat", state);
    int64_t next;
    const int code = thread.tasks.Read(directory.get(), false, &next, [&](uint32_t task) {
      if (task == pid || !HasOwnTable(process, task)) return !stop_;
      Path own;
      Format(own.text, "%u/task/%u/fd", pid, task);
      ProcessState of_task;  // a thread that has ended is not a process that has
      ReadDescriptors(thread, process, own, Part::kWhole, of_task);
      // With its main thread ended a process seems to be root's; its threads show the user.
      state.denied = of_task.denied;
      return !stop_ && !of_task.denied;
    });
    if (code != 0) NoteFailure(code, "getdents64", state);
  }

  bool HasOwnTable(uint32_t process, uint32_t task) {
    const ProcessState& state = states_[process];
    const bool leader_empty = state.empty || state.denied;
    switch (tables_.Compare(proc_, scan_->pids[process], task, leader_empty)) {
      case TableComparison::Answer::kShared:
        return false;
      case TableComparison::Answer::kOwn:
        return true;
      case TableComparison::Answer::kUnknown:
        // Worth checking while sockets are missing, but only up to a limit: a server may have
        // hundreds of threads that share a table of thousands of descriptors.
        if (missing_ == 0) return false;
        if (doubtful_tables_++ < kMostDoubtfulTables) return true;
        gave_up_ = true;
        return false;
    }
    return false;
  }

  void NoteFailure(int code, const char* call, ProcessState& state) {
    if (IsShortage(code)) return Fail(code, call);
    state.vanished |= IsGone(code);
    state.denied |= IsDenied(code);
    if (IsGone(code) || IsDenied(code)) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    report_->Unexpected(code, call);
  }

  void Fail(int code, const char* call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failure_.ok()) failure_ = Status::Os(code, call, "/proc");
    stop_ = true;
  }

  // What an answer about certain processes has to know of them.
  void JudgeAsked() {
    for (size_t i = 0; i < states_.size(); i++) {
      ProcessState& state = states_[i];
      const uint32_t pid = scan_->pids[i];
      if (state.vanished && IsHiddenProcess(proc_, pid)) {
        state.vanished = false;
        state.denied = true;
      }
      if (state.vanished || state.denied) continue;
      const NetworkComparison network = CompareNetwork(proc_, pid);
      if (network == NetworkComparison::kOther) report_->Set(ReportFlag::kOtherNetns);
      state.denied = network == NetworkComparison::kUnknown;
    }
  }

  Status Collect() {
    if (!query_.pids.empty()) JudgeAsked();
    for (const ProcessState& state : states_) {
      report_->denied += state.denied;
      report_->vanished += state.vanished;
    }
    report_->processes += static_cast<uint32_t>(states_.size());
    if (missing_ > 0) {
      bool hides;
      const int code = ProcHidesProcesses(proc_, &hides);
      if (code != 0) return Status::Os(code, "openat", "/proc/self/mountinfo");
      if (hides) report_->Set(ReportFlag::kProcessesHidden);
    }
    if (!query_.pids.empty() && report_->denied > 0) report_->Set(ReportFlag::kAskedDenied);
    scan_->missing = missing_;
    scan_->ended_early = gave_up_ && missing_ > 0;
    for (ScanThread& thread : threads_) scan_->holdings.push_back(std::move(thread.holdings));
    return Status::Ok();
  }

  const int proc_;
  const WantedSockets& wanted_;
  const Query& query_;
  Report* const report_;
  OwnerScan* const scan_;

  std::vector<ProcessState> states_;
  std::vector<ScanThread> threads_;
  std::unique_ptr<std::atomic<bool>[]> found_;  // by socket
  std::atomic<uint32_t> missing_;               // sockets without any holder yet
  std::atomic<bool> stop_{false};
  TableComparison tables_;
  std::atomic<uint32_t> doubtful_tables_{0};
  std::atomic<bool> gave_up_{false};  // at those
  std::mutex mutex_;                  // guards failure_ and the report
  Status failure_;
};

}  // namespace

WantedSockets::WantedSockets(const SocketTable& table) {
  for (size_t i = 0; i < table.size(); i++) {
    const uint64_t inode = table[i].inode;
    if (inode == 0) continue;
    const uint32_t known = set_.FindOrAdd(
        MixHash(inode), size(), [&](uint32_t number) { return inodes_[number] == inode; });
    if (known == PositionSet::kNone) inodes_.push_back(inode);
  }
}

Status ScanOwners(int proc, const WantedSockets& wanted, const Query& query, Report* report,
                  OwnerScan* scan) {
  return Scanner(proc, wanted, query, report, scan).Run();
}

}  // namespace socktable
