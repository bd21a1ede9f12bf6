#include <dirent.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>

#include "owners.h"
#include "parallel.h"
#include "process.h"
#include "unique_fd.h"

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

// What precedes the name in a struct linux_dirent64 of getdents64(2), and padding.
struct DirectoryEntry {
  uint64_t inode;
  int64_t next;  // where to go on behind this entry
  uint16_t size;
  uint8_t type;
};

// Reads the entries of a directory whose names are numbers, through one reusable buffer.
class NumberedEntries {
 public:
  explicit NumberedEntries(size_t buffer_size) : buffer_(buffer_size) {}

  // Calls visit(number) for each entry until it returns false. Returns 0 at the end, or an errno.
  // With `once` set it stops after one full buffer, and *next tells where to go on; 0: that was
  // all.
  template <class Visit>
  int Read(int directory, bool once, int64_t* next, Visit visit) {
    for (;;) {
      *next = 0;
      const long got = syscall(SYS_getdents64, directory, buffer_.data(), buffer_.size());
      if (got < 0) return errno;
      if (got == 0) return 0;
      const size_t size = static_cast<size_t>(got);
      for (size_t at = 0; size - at >= sizeof(DirectoryEntry);) {
        DirectoryEntry entry;
        memcpy(&entry, buffer_.data() + at, sizeof entry);
        if (entry.size < kNameOffset || entry.size > size - at) return EBADMSG;
        const char* name = buffer_.data() + at + kNameOffset;
        uint32_t number;
        const bool numbered = ParseNumber(name, entry.size - kNameOffset, &number);
        at += entry.size;
        *next = entry.next;
        if (numbered && !visit(number)) return 0;
      }
      if (once && buffer_.size() - size < kLongestEntry) return 0;
    }
  }

 private:
  static constexpr size_t kNameOffset = offsetof(DirectoryEntry, type) + 1;
  // The entry of a number takes up to 32 bytes.
  static constexpr size_t kLongestEntry = 32;

  static bool ParseNumber(const char* name, size_t size, uint32_t* number) {
    *number = 0;
    size_t digits = 0;
    for (; digits < size && name[digits] >= '0' && name[digits] <= '9'; digits++) {
      *number = *number * 10 + static_cast<uint32_t>(name[digits] - '0');
    }
    return digits > 0 && digits < size && name[digits] == '\0';
  }

  std::vector<char> buffer_;
};

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
    Collect();
    return Status::Ok();
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
    snprintf(path.text, sizeof path.text, "%u/fd", scan_->pids[process]);
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
      // ENOENT: closed meanwhile. ENAMETOOLONG: a file whose path is longer than a page.
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

  // A process that forks hands its sockets on under the same numbers, so that a look at one number
  // per process finds the sharers without reading the other descriptors.
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
        snprintf(path, sizeof path, "%u/fd/%u", scan_->pids[process], holding.descriptor);
        const ssize_t length = readlinkat(proc_, path, link, sizeof link);
        if (length < 0) continue;
        const uint64_t inode = ParseSocketLink(link, static_cast<size_t>(length));
        if (inode != wanted_.Inode(holding.socket)) continue;
        Hold(thread, holding.socket, process, holding.descriptor);
      }
    });
  }

  // A thread may have a descriptor table of its own (unshare(CLONE_FILES)), and a process whose
  // main thread has ended shows no descriptors at all while its other threads still hold them.
  void ReadTasks(ScanThread& thread, uint32_t process) {
    const ProcessState& state = states_[process];
    if (state.denied || state.vanished) return;
    const uint32_t pid = scan_->pids[process];
    char path[48];
    snprintf(path, sizeof path, "%u/task", pid);
    // The link count is 2 and the number of threads (fs/proc/base.c, proc_task_getattr).
    constexpr nlink_t kLinksOfOneThread = 3;
    struct stat info;
    if (fstatat(proc_, path, &info, 0) != 0 || info.st_nlink <= kLinksOfOneThread) return;
    const UniqueFd directory(openat(proc_, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) return NoteFailure(errno, "openat", states_[process]);
    int64_t next;
    const int code = thread.tasks.Read(directory.get(), false, &next, [&](uint32_t task) {
      if (task != pid && HasOwnTable(process, task)) {
        Path own;
        snprintf(own.text, sizeof own.text, "%u/task/%u/fd", pid, task);
        ProcessState state;  // a thread that has ended is not a process that has
        ReadDescriptors(thread, process, own, Part::kWhole, state);
        if (state.denied) states_[process].denied = true;
      }
      return !stop_;
    });
    if (code != 0) NoteFailure(code, "getdents64", states_[process]);
  }

  bool HasOwnTable(uint32_t process, uint32_t task) {
    const uint32_t pid = scan_->pids[process];
    if (compare_) {
      const long result = syscall(SYS_kcmp, pid, task, KCMP_FILES, 0, 0);
      if (result >= 0) return result != 0;
      if (errno == ESRCH) return false;
      compare_ = false;  // not in this kernel, or a container's rules forbid it
    }
    // Without kcmp(2) tables that hold a different number of descriptors are different ones; from
    // Linux 6.2 the size of the directory is that number (fs/proc/fd.c), before that it is 0.
    if (states_[process].empty) return true;
    return DescriptorCount(pid, pid) != DescriptorCount(pid, task);
  }

  off_t DescriptorCount(uint32_t pid, uint32_t task) const {
    char path[64];
    snprintf(path, sizeof path, "%u/task/%u/fd", pid, task);
    struct stat info;
    return fstatat(proc_, path, &info, 0) == 0 ? info.st_size : 0;
  }

  void NoteFailure(int code, const char* call, ProcessState& state) {
    switch (code) {
      case ENOENT:
      case ESRCH:
        state.vanished = true;
        return;
      case EACCES:
      case EPERM:
        state.denied = true;
        return;
      case EMFILE:
      case ENFILE:
      case ENOMEM:
        return Fail(code, call);
      default:
        const std::lock_guard<std::mutex> lock(mutex_);
        report_->Unexpected(code, call);
    }
  }

  void Fail(int code, const char* call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failure_.ok()) failure_ = Status::Os(code, call, "/proc/<pid>/fd");
    stop_ = true;
  }

  void Collect() {
    for (const ProcessState& state : states_) {
      report_->denied += state.denied;
      report_->vanished += state.vanished;
    }
    report_->processes += static_cast<uint32_t>(states_.size());
    // Process 1 of a PID namespace always exists; where /proc does not show it, it hides processes
    // (hidepid=2 or 4, Documentation/filesystems/proc.rst).
    struct stat info;
    if (fstatat(proc_, "1", &info, 0) != 0 && errno == ENOENT) {
      report_->flags |= Report::kProcessesHidden;
    }
    for (ScanThread& thread : threads_) {
      scan_->holdings.insert(scan_->holdings.end(), thread.holdings.begin(), thread.holdings.end());
      thread.holdings = {};
    }
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
  std::atomic<bool> compare_{true};             // kcmp works
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // guards failure_ and the report
  Status failure_;
};

}  // namespace

WantedSockets::WantedSockets(const SocketTable& table) {
  for (size_t i = 0; i < table.size(); i++) {
    const uint64_t inode = table[i].inode;
    if (inode == 0) continue;
    const uint32_t known = set_.FindOrAdd(
        MixHash(inode), size(), [&](uint32_t number) { return inodes_[number] == inode; },
        [&](uint32_t number) { return MixHash(inodes_[number]); });
    if (known == PositionSet::kNone) inodes_.push_back(inode);
  }
}

Status ScanOwners(int proc, const WantedSockets& wanted, const Query& query, Report* report,
                  OwnerScan* scan) {
  return Scanner(proc, wanted, query, report, scan).Run();
}

}  // namespace socktable
