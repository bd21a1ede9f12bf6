#include <algorithm>
#include <cstring>
#include <string_view>

#include "process.h"

namespace socktable {

namespace {

// Reads a decimal number. False where there is none, or none that fits.
bool ParseNumber(std::string_view text, uint64_t* value) {
  if (text.empty()) return false;
  *value = 0;
  for (const char character : text) {
    if (character < '0' || character > '9') return false;
    const uint64_t digit = static_cast<uint64_t>(character - '0');
    if (*value > (UINT64_MAX - digit) / 10) return false;
    *value = *value * 10 + digit;
  }
  return true;
}

}  // namespace

bool ParseStat(const char* text, size_t size, ProcessStat* stat) {
  // The second field is the name in parentheses, which may hold blanks and parentheses itself: the
  // third field begins after the last ')' (fs/proc/array.c, do_task_stat). Start time is the 22nd.
  if (size == 0) return false;
  const char* end = text + size;
  const char* at = static_cast<const char*>(memrchr(text, ')', size));
  if (at == nullptr) return false;
  at++;
  for (int field = 3; field <= 22; field++) {
    if (at == end || *at != ' ') return false;
    const char* start = ++at;
    while (at < end && *at != ' ' && *at != '\n') at++;
    const std::string_view word(start, static_cast<size_t>(at - start));
    uint64_t parent;
    if (field == 3) stat->state = word.empty() ? '?' : word.front();
    if (field == 4) {
      stat->parent =
          ParseNumber(word, &parent) && parent <= INT32_MAX ? static_cast<uint32_t>(parent) : 0;
    }
    if (field == 20 && !ParseNumber(word, &stat->threads)) return false;
    if (field == 22) return ParseNumber(word, &stat->started);
  }
  return false;
}

bool ParseIds(const char* text, size_t size, uint32_t* group, uint32_t* uid) {
  // "Tgid:\t123" and "Uid:\tREAL\tEFFECTIVE\tSAVED\tFILE SYSTEM" (fs/proc/array.c). A line can't
  // be forged by a name: the kernel escapes newlines in it.
  bool has_group = false;
  bool has_uid = false;
  std::string_view rest(text, size);
  while (!rest.empty() && !(has_group && has_uid)) {
    const size_t newline = rest.find('\n');
    std::string_view line = rest.substr(0, newline);
    rest = newline == std::string_view::npos ? std::string_view() : rest.substr(newline + 1);
    const bool is_group = line.substr(0, 6) == "Tgid:\t";
    if (!is_group && line.substr(0, 5) != "Uid:\t") continue;
    line.remove_prefix(is_group ? 6 : 5);
    if (!is_group) line.remove_prefix(std::min(line.size(), line.find('\t') + 1));
    uint64_t value;
    if (!ParseNumber(line.substr(0, line.find('\t')), &value) || value > UINT32_MAX) return false;
    (is_group ? *group : *uid) = static_cast<uint32_t>(value);
    (is_group ? has_group : has_uid) = true;
  }
  return has_group && has_uid;
}

size_t CountNamespaces(const char* text, size_t size) {
  // "NSpid:\t12\t1" (fs/proc/array.c, task_state).
  constexpr std::string_view kName = "\nNSpid:";
  const std::string_view whole(text, size);
  const size_t at = whole.find(kName);
  if (at == std::string_view::npos) return 0;
  const std::string_view line = whole.substr(at + kName.size());
  const std::string_view numbers = line.substr(0, line.find('\n'));
  return static_cast<size_t>(std::count(numbers.begin(), numbers.end(), '\t'));
}

namespace {

// Whether this is a title that the process wrote over its arguments (setproctitle, as nginx,
// PostgreSQL and Node.js have it). The kernel cuts one that is longer than they were at its end
// (fs/proc/base.c, get_mm_cmdline: the last byte is no NUL then), but shows a shorter one with all
// of the zeros behind it that fill their room. So do a program's empty arguments look: one is taken
// for what it is, but two or more and nothing else have not been seen of any program.
bool IsTitle(std::string_view text) {
  const size_t end = text.find('\0');
  if (end == std::string_view::npos || end == 0) return false;
  return text.size() - end >= 3 && text.find_first_not_of('\0', end) == std::string_view::npos;
}

}  // namespace

std::vector<std::string> ParseArguments(const char* text, size_t size) {
  std::vector<std::string> arguments;
  std::string_view rest(text, size);
  if (IsTitle(rest)) rest = rest.substr(0, rest.find('\0'));
  while (!rest.empty()) {
    const size_t end = rest.find('\0');
    arguments.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return arguments;
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
