#include "process.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "process_view.h"

namespace socktable {
namespace {

// Reads the beginning of /proc/<pid>/<file>; -1 where that can't be done.
ssize_t ReadSmall(int proc, uint32_t pid, const char* file, char* buffer, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "%u/%s", pid, file);
  const UniqueFd fd(openat(proc, path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return -1;
  for (;;) {
    const ssize_t length = read(fd.get(), buffer, size);
    if (length >= 0 || errno != EINTR) return length;
  }
}

// The whole of a file below /proc; false where it may not be read or is gone.
bool ReadWhole(int proc, const char* path, std::string* text) {
  const UniqueFd fd(openat(proc, path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return false;
  text->clear();
  char buffer[4096];
  for (;;) {
    const ssize_t size = read(fd.get(), buffer, sizeof buffer);
    if (size == 0) return true;
    if (size < 0 && errno != EINTR) return false;
    if (size > 0) text->append(buffer, static_cast<size_t>(size));
  }
}

const char* BaseName(const char* path) {
  const char* slash = strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

// The file name of the program that the process runs, empty where that may not be read.
std::string ExecutableName(int proc, uint32_t pid) {
  return BaseName(ExecutablePath(proc, pid).c_str());
}

// The file name of the program in the command line, empty where there is none.
std::string CommandName(int proc, uint32_t pid) {
  char line[4096];
  const ssize_t length = ReadSmall(proc, pid, "cmdline", line, sizeof line - 1);
  if (length <= 0) return {};
  line[length] = '\0';
  return BaseName(line);
}

}  // namespace

Status OpenProc(UniqueFd* proc) {
  *proc = UniqueFd(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc->valid()) return Status::Os(errno, "open", "/proc");
  struct statfs info;
  if (fstatfs(proc->get(), &info) != 0) return Status::Os(errno, "fstatfs", "/proc");
  if (info.f_type != PROC_SUPER_MAGIC) return Status::Os(ENODEV, "fstatfs", "/proc");
  return Status::Ok();
}

bool ReadStat(int proc, uint32_t pid, ProcessStat* stat) {
  char text[1024];
  const ssize_t length = ReadSmall(proc, pid, "stat", text, sizeof text);
  return length > 0 && ParseStat(text, static_cast<size_t>(length), stat);
}

uint64_t StartTime(int proc, uint32_t pid) {
  ProcessStat stat;
  return ReadStat(proc, pid, &stat) ? stat.started : UINT64_MAX;
}

bool ReadProcessFile(int proc, uint32_t pid, const char* file, std::string* text) {
  char path[64];
  snprintf(path, sizeof path, "%u/%s", pid, file);
  return ReadWhole(proc, path, text);
}

std::string ExecutablePath(int proc, uint32_t pid) {
  char path[64];
  char target[4096];
  snprintf(path, sizeof path, "%u/exe", pid);
  const ssize_t length = readlinkat(proc, path, target, sizeof target - 1);
  if (length <= 0) return {};
  std::string name(target, static_cast<size_t>(length));
  // The kernel marks a program whose file was replaced while it ran (fs/d_path.c).
  constexpr char kDeleted[] = " (deleted)";
  constexpr size_t kDeletedSize = sizeof kDeleted - 1;
  if (name.size() > kDeletedSize &&
      name.compare(name.size() - kDeletedSize, kDeletedSize, kDeleted) == 0) {
    name.resize(name.size() - kDeletedSize);
  }
  return name;
}

bool ProcHidesProcesses(int proc) {
  // Process 1 of a PID namespace always exists: where it is not shown, others are not either.
  struct stat info;
  if (fstatat(proc, "1", &info, 0) != 0 && errno == ENOENT) return true;
  // It may be this user's own, as in a container. What is not traceable is hidden from root too
  // where hidepid is 4, and else from a root that is not in the group of the mount (fs/proc/base.c,
  // has_pid_permissions).
  if (MayTraceOthers()) return false;
  std::string text;
  if (!ReadWhole(proc, "self/mountinfo", &text)) return false;
  return ParseHidePid(text.data(), text.size());
}

std::string ProcessName(int proc, uint32_t pid) {
  // A name is 15 bytes long at the most (TASK_COMM_LEN), and a newline follows it.
  constexpr ssize_t kLongest = 15;
  char text[64];
  ssize_t length = ReadSmall(proc, pid, "comm", text, sizeof text);
  if (length <= 0) return {};
  if (text[length - 1] == '\n') length--;
  std::string name(text, static_cast<size_t>(length));

  // A cut name is completed from the command line or the program, where they agree with it.
  if (length == kLongest) {
    for (const std::string& whole : {CommandName(proc, pid), ExecutableName(proc, pid)}) {
      if (whole.compare(0, name.size(), name) == 0) return whole;
    }
  }
  // Node.js 24 and later call their main thread this, which would make every server look alike.
  if (name == "MainThread") {
    const std::string program = ExecutableName(proc, pid);
    if (!program.empty()) return program;
  }
  return name;
}

}  // namespace socktable
