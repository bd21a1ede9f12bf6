#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace socktable {

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
  // With `once` set it stops after one full buffer, and *next says where to go on; 0: that was
  // all.
  template <class Visit>
  int Read(int directory, bool once, int64_t* next, Visit visit) {
    for (;;) {
      *next = 0;
      const long got = syscall(SYS_getdents64, directory, buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
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

}  // namespace socktable
