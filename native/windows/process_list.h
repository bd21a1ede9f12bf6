#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/status.h"

namespace socktable {

// A process as NtQuerySystemInformation lists it, whoever's it is: this takes no right.
struct ListedProcess {
  uint32_t pid = 0;
  uint32_t parent = 0;
  uint64_t created = 0;  // FILETIME; 0: not known
  std::u16string name;   // of its executable, without the folder
};

// --- Pure (process_list_parse.cc) ---

// Reads what was written to `bytes`, while the names still stand in it. Stops where it makes no
// sense any more.
std::vector<ListedProcess> ParseProcessList(const uint8_t* bytes, size_t size);

// Takes away parents that can't be: Windows keeps the number of a process's parent after that has
// ended, and gives it to others.
void KeepTrueParents(std::vector<ListedProcess>* list);

// --- Kernel (process_list.cc) ---

Status ListProcesses(std::vector<ListedProcess>* list);

}  // namespace socktable
