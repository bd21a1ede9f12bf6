#include <cstring>
#include <string>
#include <unordered_map>

#include "process_list.h"
#include "unicode.h"

namespace socktable {
namespace {

// The beginning of SYSTEM_PROCESS_INFORMATION, of which winternl.h names a part and reserves the
// rest. It has been the same since Windows Vista.
struct Entry {
  uint32_t next;  // from the beginning of this entry; 0: it is the last one
  uint32_t threads;
  uint8_t statistics[24];
  uint64_t created;
  uint64_t user_time;
  uint64_t kernel_time;
  uint16_t name_size;  // in bytes
  uint16_t name_room;
  const char16_t* name;
  int32_t priority;
  uintptr_t pid;
  uintptr_t parent;
};
static_assert(offsetof(Entry, created) == 32 && offsetof(Entry, name_size) == 56);
static_assert(offsetof(Entry, pid) == (sizeof(void*) == 8 ? 80 : 68));

// From 1601, in steps of 100 ns, to 1970.
double MillisecondsOf(uint64_t filetime) {
  return static_cast<double>(filetime) / 1e4 - 11644473600000.0;
}

}  // namespace

std::vector<ProcessRecord> ParseProcessList(const uint8_t* bytes, size_t size) {
  std::vector<ProcessRecord> list;
  for (size_t at = 0; at <= size && size - at >= sizeof(Entry);) {
    Entry entry;
    memcpy(&entry, bytes + at, sizeof entry);
    ProcessRecord process;
    process.pid = static_cast<uint32_t>(entry.pid);
    process.parent = static_cast<uint32_t>(entry.parent);
    process.started = entry.created;
    process.has_start = entry.created != 0;
    process.started_ms = MillisecondsOf(entry.created);
    const uintptr_t start = reinterpret_cast<uintptr_t>(bytes);
    const uintptr_t name = reinterpret_cast<uintptr_t>(entry.name);
    if (name >= start && name - start <= size && size - (name - start) >= entry.name_size) {
      std::u16string text(entry.name_size / sizeof(char16_t), u'\0');
      memcpy(&text[0], entry.name, text.size() * sizeof(char16_t));
      process.name = FromUtf16(text.data(), text.size());
    }
    // Number 0 is the idle process: the time that no process uses.
    if (process.pid != 0) list.push_back(std::move(process));
    if (entry.next < sizeof(Entry)) break;
    at += entry.next;
  }
  return list;
}

void KeepTrueParents(std::vector<ProcessRecord>* list) {
  std::unordered_map<uint32_t, uint64_t> started;
  for (const ProcessRecord& process : *list) started.emplace(process.pid, process.started);
  for (ProcessRecord& process : *list) {
    const auto parent = started.find(process.parent);
    const bool possible = parent != started.end() && parent->first != process.pid &&
                          process.started != 0 && parent->second != 0 &&
                          parent->second <= process.started;
    if (!possible) process.parent = 0;
  }
}

}  // namespace socktable
