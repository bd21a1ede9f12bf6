#include "process.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "format.h"
#include "process_view.h"

namespace socktable {
namespace {

// Reads the beginning of a file, as much as there is room for.
int ReadBeginning(int directory, const char* path, char* buffer, size_t size, size_t* length) {
  *length = 0;
  const UniqueFd fd(openat(directory, path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno;
  for (;;) {
    const ssize_t got = read(fd.get(), buffer, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    *length = static_cast<size_t>(got);
    return 0;
  }
}

int ReadSmall(int proc, uint32_t pid, const char* file, char* buffer, size_t size, size_t* length) {
  char path[64];
  Format(path, "%u/%s", pid, file);
  return ReadBeginning(proc, path, buffer, size, length);
}

int ReadWhole(int proc, const char* path, std::string* text) {
  text->clear();
  const UniqueFd fd(openat(proc, path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno;
  char buffer[4096];
  for (;;) {
    const ssize_t size = read(fd.get(), buffer, sizeof buffer);
    if (size == 0) return 0;
    if (size < 0 && errno != EINTR) return errno;
    if (size > 0) text->append(buffer, static_cast<size_t>(size));
  }
}

// Only a shortage is of interest where something else may take the place of what was not read.
int Shortage(int code) { return IsShortage(code) ? code : 0; }

const char* BaseName(const char* path) {
  const char* slash = strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

// The file name of the program that the process runs, empty where that may not be read.
int ExecutableName(int proc, uint32_t pid, std::string* name) {
  std::string path;
  const int code = ExecutablePath(proc, pid, &path);
  *name = BaseName(path.c_str());
  return code;
}

// The file name of the program in the command line, empty where there is none.
int CommandName(int proc, uint32_t pid, std::string* name) {
  char line[4096];
  size_t length;
  const int code = ReadSmall(proc, pid, "cmdline", line, sizeof line - 1, &length);
  line[length] = '\0';
  *name = BaseName(line);
  return Shortage(code);
}

int ReadStatAt(int directory, const char* path, ProcessStat* stat) {
  char text[1024];
  size_t length;
  if (const int code = ReadBeginning(directory, path, text, sizeof text, &length); code != 0) {
    return code;
  }
  return ParseStat(text, length, stat) ? 0 : EBADMSG;
}

}  // namespace

bool IsGone(int code) { return code == ENOENT || code == ESRCH; }
bool IsDenied(int code) { return code == EACCES || code == EPERM; }

Status OpenProc(UniqueFd* proc) {
  *proc = UniqueFd(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc->valid()) return Status::Os(errno, "open", "/proc");
  struct statfs info;
  if (fstatfs(proc->get(), &info) != 0) return Status::Os(errno, "fstatfs", "/proc");
  if (info.f_type != PROC_SUPER_MAGIC) return Status::Os(ENODEV, "fstatfs", "/proc");
  return Status::Ok();
}

Status CheckNumbering(int proc, bool* ours) {
  *ours = false;
  // A proc file system shows the numbers of one PID namespace, that of whoever mounted it. This
  // link is the reader's number in there (fs/proc/self.c), and there is none where that namespace
  // does not know the reader: it is a child of the reader's own, or beside it.
  if (proc < 0) return Status::Os(EBADF, "readlinkat", "/proc/self");
  char link[16];
  const ssize_t size = readlinkat(proc, "self", link, sizeof link - 1);
  if (size < 0) {
    if (IsShortage(errno)) return Status::Os(errno, "readlinkat", "/proc/self");
    return Status::Ok();
  }
  link[size] = '\0';
  if (strtoul(link, nullptr, 10) != static_cast<unsigned long>(getpid())) return Status::Ok();
  // Else it is the reader's own namespace or one above it, in which it happens to have the same
  // number. In one above it has another number for each namespace from that one down.
  std::string text;
  const int code = ReadWhole(proc, "self/status", &text);
  if (code != 0 && !IsGone(code) && !IsDenied(code)) {
    return Status::Os(code, "openat", "/proc/self/status");
  }
  *ours = code == 0 && CountNamespaces(text.data(), text.size()) <= 1;
  return Status::Ok();
}

Status ForeignProc() { return Status::Os(ENODEV, "readlinkat", "/proc/self"); }

Status OpenOwnProc(UniqueFd* proc) {
  bool ours;
  if (Status status = OpenProc(proc); !status.ok()) return status;
  if (Status status = CheckNumbering(proc->get(), &ours); !status.ok()) return status;
  return ours ? Status::Ok() : ForeignProc();
}

int ReadStat(int proc, uint32_t pid, ProcessStat* stat) {
  char path[64];
  Format(path, "%u/stat", pid);
  return ReadStatAt(proc, path, stat);
}

int ReadStat(int directory, ProcessStat* stat) { return ReadStatAt(directory, "stat", stat); }

int ReadProcessFile(int proc, uint32_t pid, const char* file, std::string* text) {
  char path[64];
  Format(path, "%u/%s", pid, file);
  return ReadWhole(proc, path, text);
}

int ReadProcessFile(int directory, const char* file, std::string* text) {
  return ReadWhole(directory, file, text);
}

int ExecutablePath(int proc, uint32_t pid, std::string* path) {
  char link[64];
  char target[4096];
  path->clear();
  Format(link, "%u/exe", pid);
  const ssize_t length = readlinkat(proc, link, target, sizeof target - 1);
  if (length < 0) return Shortage(errno);
  path->assign(target, static_cast<size_t>(length));
  // The kernel marks a program whose file was replaced while it ran (fs/d_path.c).
  constexpr char kDeleted[] = " (deleted)";
  constexpr size_t kDeletedSize = sizeof kDeleted - 1;
  if (path->size() > kDeletedSize &&
      path->compare(path->size() - kDeletedSize, kDeletedSize, kDeleted) == 0) {
    path->resize(path->size() - kDeletedSize);
  }
  return 0;
}

int ProcHidesProcesses(int proc, bool* hides) {
  *hides = true;
  // Process 1 of a PID namespace always exists: where it is not shown, others are not either.
  struct stat info;
  if (fstatat(proc, "1", &info, 0) != 0) {
    if (errno == ENOENT) return 0;
    if (IsShortage(errno)) return errno;
  }
  // It may be this user's own, as in a container. What is not traceable is hidden from root too
  // where hidepid is 4, and else from a root that is not in the group of the mount (fs/proc/base.c,
  // has_pid_permissions).
  *hides = false;
  if (MayTraceOthers()) return 0;
  std::string text;
  const int code = ReadWhole(proc, "self/mountinfo", &text);
  *hides = code == 0 && ParseHidePid(text.data(), text.size());
  return Shortage(code);
}

int ProcessName(int proc, uint32_t pid, std::string* name) {
  // A name is 15 bytes long at the most (TASK_COMM_LEN), and a newline follows it.
  constexpr size_t kLongest = 15;
  char text[64];
  size_t length;
  name->clear();
  const int code = ReadSmall(proc, pid, "comm", text, sizeof text, &length);
  if (code != 0 || length == 0) return Shortage(code);
  if (text[length - 1] == '\n') length--;
  name->assign(text, length);

  // A cut name is completed from the command line or the program, where they agree with it.
  std::string whole;
  if (length == kLongest) {
    for (const auto find : {CommandName, ExecutableName}) {
      if (const int shortage = find(proc, pid, &whole); shortage != 0) return shortage;
      if (whole.compare(0, name->size(), *name) != 0) continue;
      *name = whole;
      return 0;
    }
  }
  // Node.js 24 and later call their main thread this, which would make every server look alike.
  if (*name == "MainThread") {
    if (const int shortage = ExecutableName(proc, pid, &whole); shortage != 0) return shortage;
    if (!whole.empty()) *name = whole;
  }
  return 0;
}

}  // namespace socktable
