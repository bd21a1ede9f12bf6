#include <algorithm>
#include <cstring>
#include <map>

#include "../../native/core/source.h"
#include "../../native/darwin/libproc_sockets.h"
#include "../../native/darwin/pcblist.h"
#include "../../native/darwin/process_arguments.h"
#include "../../native/darwin/process_list.h"
#include "../../native/darwin/sysctl_list.h"
#include "../../native/posix/interface_names.h"
#include "replay.h"

namespace socktable {
namespace {

// Reads numbers one after the other; behind the end they are 0.
class ByteReader {
 public:
  ByteReader(const uint8_t* bytes, size_t size) : bytes_(bytes), left_(size) {}

  size_t left() const { return left_; }

  template <class Number>
  Number Next() {
    Number number = 0;
    const std::vector<uint8_t> bytes = Take(sizeof number);
    if (bytes.size() == sizeof number) memcpy(&number, bytes.data(), sizeof number);
    return number;
  }

  // A copy of the exact size, so that reading behind its end is found out.
  std::vector<uint8_t> Take(size_t size) {
    size = std::min(size, left_);
    const std::vector<uint8_t> taken(bytes_, bytes_ + size);
    bytes_ += size;
    left_ -= size;
    return taken;
  }
  std::vector<uint8_t> Rest() { return Take(left_); }

 private:
  const uint8_t* bytes_;
  size_t left_;
};

Protocol ProtocolOf(uint8_t number) { return number % 2 == 0 ? Protocol::kTcp : Protocol::kUdp; }

// A kernel that answers as the input says: items of a letter, a length as a 32-bit number, and as
// many bytes.
struct Machine {
  struct Answer {
    int error = 0;
    uint32_t said = 0;
    std::vector<uint8_t> bytes;
  };
  struct Held {
    uint32_t descriptor;
    InetPcb pcb;
  };
  struct ListedProcess {
    ProcessRecord entry;
    int error = 0;  // of asking for its descriptors
    std::vector<Held> sockets;
  };

  void Take(char kind, ByteReader item) {
    switch (kind) {
      case 'q': {
        std::vector<uint32_t> words;
        while (item.left() >= 4) words.push_back(item.Next<uint32_t>());
        if (!DecodeQuery(words.data(), words.size(), &query)) query = Everything();
        return;
      }
      case 'u':
        user = item.Next<uint32_t>();
        return;
      case 'l': {  // which list, an error number or 0, the size that is announced, the list
        Answer& answer = lists[item.Next<uint8_t>() % 4].emplace_back();
        answer.error = item.Next<uint8_t>();
        answer.said = item.Next<uint32_t>();
        answer.bytes = item.Rest();
        return;
      }
      case 'p': {  // PID, start, an error number or 0, name
        ListedProcess& listed = processes.emplace_back();
        listed.entry.pid = item.Next<uint32_t>();
        listed.entry.started = item.Next<uint32_t>();
        listed.error = item.Next<uint8_t>();
        const std::vector<uint8_t> name = item.Rest();
        listed.entry.name.assign(name.begin(), name.end());
        return;
      }
      case 's': {  // of that process: descriptor, protocol, a list of this socket
        if (processes.empty()) return;
        const auto descriptor = item.Next<uint32_t>();
        const Protocol protocol = ProtocolOf(item.Next<uint8_t>());
        const std::vector<uint8_t> bytes = item.Rest();
        for (const InetPcb& pcb :
             ParsePcbList(bytes.data(), bytes.size(), protocol, user).sockets) {
          processes.back().sockets.push_back({descriptor, pcb});
        }
        return;
      }
      default:
        return;
    }
  }

  const ListedProcess* Find(uint32_t pid) const {
    const auto found =
        std::find_if(processes.begin(), processes.end(),
                     [&](const ListedProcess& listed) { return listed.entry.pid == pid; });
    return found == processes.end() ? nullptr : &*found;
  }

  Query query = Everything();
  uint32_t user = 0;
  std::map<uint8_t, std::vector<Answer>> lists;
  std::map<uint8_t, size_t> fetched;
  std::vector<ListedProcess> processes;
  size_t asked = 0;  // processes for their descriptors
};

Machine* machine;

}  // namespace

// --- The kernel ---

Status FetchList(const ListName& list, std::vector<uint8_t>* bytes, size_t* said) {
  const std::string name = list.name;
  const bool udp = name.find("udp") != std::string::npos;
  const bool old = name.find("64") != std::string::npos;
  const auto number = static_cast<uint8_t>((udp ? 1 : 0) + (old ? 2 : 0));
  const std::vector<Machine::Answer>& answers = machine->lists[number];
  if (answers.empty()) return Status::Os(ENOENT, list.call);
  const Machine::Answer& answer = answers[std::min(machine->fetched[number]++, answers.size() - 1)];
  if (answer.error != 0) return Status::Os(answer.error, list.call);
  *bytes = answer.bytes;
  *said = answer.said;
  return Status::Ok();
}

uint32_t EffectiveUser() { return machine->user; }

Status ListProcesses(std::vector<ProcessRecord>* list) {
  for (const Machine::ListedProcess& listed : machine->processes) list->push_back(listed.entry);
  return Status::Ok();
}

Status FindProcess(uint32_t pid, ProcessRecord* process) {
  const Machine::ListedProcess* listed = machine->Find(pid);
  if (listed == nullptr) return Status::Os(ESRCH, "sysctl(kern.proc.pid)");
  *process = listed->entry;
  return Status::Ok();
}

std::string ProcessName(const ProcessRecord& process) { return process.name; }

Status ListSocketDescriptors(uint32_t pid, std::vector<uint32_t>* descriptors) {
  machine->asked++;
  const Machine::ListedProcess* listed = machine->Find(pid);
  if (listed->error != 0) return Status::Os(listed->error, "proc_pidinfo(PROC_PIDLISTFDS)");
  for (const Machine::Held& held : listed->sockets) descriptors->push_back(held.descriptor);
  return Status::Ok();
}

DescriptorAnswer DescribeSocket(uint32_t pid, uint32_t descriptor, InetPcb* pcb, int*) {
  for (const Machine::Held& held : machine->Find(pid)->sockets) {
    if (held.descriptor != descriptor) continue;
    *pcb = held.pcb;
    return DescriptorAnswer::kInternetSocket;
  }
  return DescriptorAnswer::kOther;
}

void AddInterfaceNames(SocketTable&) {}

// --- The parsers ---

void ReplayPcbList(const uint8_t* bytes, size_t size, Replayed* replayed) {
  ByteReader reader(bytes, size);
  const auto which = reader.Next<uint8_t>();
  const auto said = reader.Next<uint32_t>();
  const auto user = reader.Next<uint32_t>();
  const std::vector<uint8_t> rest = reader.Rest();
  const Protocol protocol = ProtocolOf(which);
  const auto parse = (which & 2) == 0 ? ParsePcbList : ParsePcbList64;
  const PcbList list = parse(rest.data(), rest.size(), protocol, user);
  SocketTable& table = replayed->table;
  table.Expect(Everything());
  for (const InetPcb& pcb : list.sockets) {
    Row& row = table.Append();
    if (FillRow(pcb, &row, &table.details[table.size() - 1])) {
      row.owner_unknown = ReasonFor(pcb, row);
    } else {
      table.DropLast();
    }
  }
  table.report.sources = Bit(Source::kPcbList);
  replayed->outcome = "whole=" + std::to_string(list.whole) +
                      " skipped=" + std::to_string(list.skipped) +
                      " others=" + std::to_string(list.has_others) +
                      " unchanged=" + std::to_string(IsUnchanged(rest.data(), rest.size())) +
                      " kept=" + std::to_string(KeptBack(list, protocol, said));
}

void ReplayMac(const uint8_t* bytes, size_t size, Replayed* replayed) {
  Machine input;
  ByteReader reader(bytes, size);
  while (reader.left() > 0) {
    const auto kind = reader.Next<uint8_t>();
    const std::vector<uint8_t> item = reader.Take(reader.Next<uint32_t>());
    input.Take(static_cast<char>(kind), ByteReader(item.data(), item.size()));
  }
  machine = &input;
  const Status status = ReadSockets(input.query, replayed->table);
  machine = nullptr;
  const SocketTable& table = replayed->table;
  for (size_t i = 0; i < table.size(); i++) {
    const Row& row = table[i];
    const bool known = row.owner_unknown == OwnerUnknown::kKnown;
    Require(known == (row.owner_count > 0) || !status.ok(), "an owner or a reason");
    Require(
        row.owner_count == 0 || size_t{row.owner_start} + row.owner_count <= table.owners.size(),
        "owners that exist");
  }
  replayed->outcome = "error=" + std::to_string(status.code) +
                      " asked=" + std::to_string(input.asked) +
                      " readings=" + std::to_string(input.fetched[0]);
}

void ReplayProcessArguments(const uint8_t* bytes, size_t size, Replayed* replayed) {
  const std::vector<uint8_t> copy(bytes, bytes + size);
  const auto arguments = ParseProcessArguments(copy.data(), copy.size());
  replayed->outcome = "count=" + (arguments ? std::to_string(arguments->size()) : "none");
  size_t length = 0;
  for (const std::string& argument : arguments.value_or(std::vector<std::string>())) {
    length += argument.size();
  }
  replayed->outcome += " length=" + std::to_string(length);
}

}  // namespace socktable
