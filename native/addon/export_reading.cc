#include "../core/counts.h"
#include "../core/source.h"
#include "arguments.h"
#include "exports.h"
#include "reads.h"

namespace socktable {
namespace {

// Reads the sockets, or counts them where bits of CountBy are given.
void Read(const Query& query, uint32_t count_by, Outcome* outcome) {
  SocketTable table;
  outcome->status = ReadSockets(query, table);
  outcome->fallback = table.report.fallback;
  if (!outcome->status.ok()) return;
  if (count_by == 0) {
    outcome->table = table.Pack();
    return;
  }
  SocketTable counts;
  CountSockets(table, count_by, &counts);
  outcome->table = counts.Pack();
}

// read(query, callback(buffer | null, failure | null), countBy) -> cancel()
Napi::Value ReadAsync(const Napi::CallbackInfo& info) {
  return StartRead(info, [query = QueryFrom(info), by = CountByFrom(info)](
                             const std::atomic<bool>* cancelled, Outcome* outcome) mutable {
    query.cancelled = cancelled;
    Read(query, by, outcome);
  });
}

// readSync(query, callback(buffer | null, failure | null), countBy) -> what the callback returns
Napi::Value ReadSync(const Napi::CallbackInfo& info) {
  const Query query = QueryFrom(info);
  Outcome outcome;
  Complete([&, by = CountByFrom(info)] { Read(query, by, &outcome); }, &outcome);
  return Deliver(info.Env(), info[1].As<Napi::Function>(), std::move(outcome));
}

}  // namespace

void ExportReading(Napi::Object exports) {
  Export(exports, "read", ReadAsync);
  Export(exports, "readSync", ReadSync);
}

}  // namespace socktable
