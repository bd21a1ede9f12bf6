#include <utility>

#include "../core/processes.h"
#include "process_times.h"
#include "unique_handle.h"
#include "windows_headers.h"

namespace socktable {
namespace {

constexpr int kKill = 9;
constexpr UINT kExitCode = 1;

// Asks the windows of a process to close, as a click on their cross does.
struct WindowCloser {
  DWORD pid;
  int asked = 0;
  DWORD error = 0;

  static BOOL CALLBACK Visit(HWND window, LPARAM self) {
    auto* closer = reinterpret_cast<WindowCloser*>(self);
    DWORD pid = 0;
    GetWindowThreadProcessId(window, &pid);
    // What is hidden or belongs to another window is often the machinery of a library.
    if (pid != closer->pid || !IsWindowVisible(window) || GetWindow(window, GW_OWNER) != nullptr) {
      return TRUE;
    }
    if (PostMessageW(window, WM_CLOSE, 0, 0) != 0) {
      closer->asked++;
    } else {
      closer->error = GetLastError();
    }
    return TRUE;
  }
};

// As long as this is open, the PID is not given to another process.
class OpenedProcess : public ProcessHandle {
 public:
  OpenedProcess(UniqueHandle process, uint32_t pid) : process_(std::move(process)), pid_(pid) {}

  bool Started(uint64_t* started) const override { return ReadStartTime(process_.get(), started); }

  Status Signal(int number) override {
    // Of a process that has ended Windows says that access is denied.
    if (HasExited()) return Status::Os(ERROR_INVALID_PARAMETER, "OpenProcess");
    if (number == kKill) {
      if (TerminateProcess(process_.get(), kExitCode) != 0) return Status::Ok();
      return Status::Os(static_cast<int>(GetLastError()), "TerminateProcess");
    }
    WindowCloser closer{pid_};
    EnumWindows(WindowCloser::Visit, reinterpret_cast<LPARAM>(&closer));
    if (closer.asked > 0) return Status::Ok();
    if (closer.error != 0) return Status::Os(static_cast<int>(closer.error), "PostMessage");
    // Only its console can ask a console program to end, and that one is not ours.
    return Status::Os(ERROR_NOT_SUPPORTED, "EnumWindows");
  }

  bool HasExited() const override {
    return WaitForSingleObject(process_.get(), 0) == WAIT_OBJECT_0;
  }

 private:
  UniqueHandle process_;
  DWORD pid_;
};

}  // namespace

Status OpenProcessHandle(uint32_t pid, std::unique_ptr<ProcessHandle>* handle) {
  constexpr DWORD kLook = SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION;
  UniqueHandle process(OpenProcess(kLook | PROCESS_TERMINATE, FALSE, pid));
  // Without the right to end it, one may still wait for its end; ending it is then refused.
  if (!process.valid() && GetLastError() == ERROR_ACCESS_DENIED) {
    process = UniqueHandle(OpenProcess(kLook, FALSE, pid));
  }
  if (!process.valid()) return Status::Os(static_cast<int>(GetLastError()), "OpenProcess");
  // Windows takes no notice of the two lowest bits of a PID, which are always 0.
  if (GetProcessId(process.get()) != pid) {
    return Status::Os(ERROR_INVALID_PARAMETER, "OpenProcess");
  }
  *handle = std::make_unique<OpenedProcess>(std::move(process), pid);
  return Status::Ok();
}

}  // namespace socktable
