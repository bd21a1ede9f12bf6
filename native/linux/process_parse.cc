#include <cstring>
#include <string_view>

#include "process.h"

namespace socktable {

bool ParseStartTime(const char* text, size_t size, uint64_t* ticks) {
  // The second field is the name in parentheses, which may hold blanks and parentheses itself: the
  // third field begins after the last ')' (fs/proc/array.c, do_task_stat). Start time is the 22nd.
  if (size == 0) return false;
  const char* end = text + size;
  const char* at = static_cast<const char*>(memrchr(text, ')', size));
  if (at == nullptr) return false;
  at++;
  for (int field = 3; field <= 22; field++) {
    if (at == end || *at != ' ') return false;
    at++;
    if (field == 22) break;
    while (at < end && *at != ' ') at++;
  }
  uint64_t value = 0;
  const char* start = at;
  while (at < end && *at >= '0' && *at <= '9') {
    const uint64_t digit = static_cast<uint64_t>(*at++ - '0');
    if (value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  if (at == start) return false;
  *ticks = value;
  return true;
}

uint64_t ParseSocketLink(const char* text, size_t size) {
  constexpr char kPrefix[] = "socket:[";
  constexpr size_t kPrefixSize = sizeof kPrefix - 1;
  if (size < kPrefixSize + 2 || memcmp(text, kPrefix, kPrefixSize) != 0) return 0;
  if (text[size - 1] != ']') return 0;
  uint64_t inode = 0;
  for (size_t i = kPrefixSize; i < size - 1; i++) {
    if (text[i] < '0' || text[i] > '9') return 0;
    const uint64_t digit = static_cast<uint64_t>(text[i] - '0');
    if (inode > (UINT64_MAX - digit) / 10) return 0;
    inode = inode * 10 + digit;
  }
  return inode;
}

bool ParseHidePid(const char* text, size_t size) {
  // "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS ... - TYPE SOURCE OPTIONS" (proc_pid_mountinfo(5)).
  // Of several mounts on one point the last is seen.
  bool hides = false;
  std::string_view rest(text, size);
  while (!rest.empty()) {
    const size_t newline = rest.find('\n');
    const std::string_view line = rest.substr(0, newline);
    rest = newline == std::string_view::npos ? std::string_view() : rest.substr(newline + 1);
    if (line.find(" /proc ") == std::string_view::npos) continue;
    const size_t type = line.find(" - proc ");
    if (type == std::string_view::npos) continue;
    const size_t option = line.find("hidepid=", type);
    // 0 or "off" hides nothing, 1 or "noaccess" shows that the processes are there.
    hides = false;
    if (option == std::string_view::npos) continue;
    const std::string_view value = line.substr(option + strlen("hidepid="));
    for (const char* word : {"2", "4", "invisible", "ptraceable"}) {
      if (value.substr(0, strlen(word)) == word) hides = true;
    }
  }
  return hides;
}

}  // namespace socktable
