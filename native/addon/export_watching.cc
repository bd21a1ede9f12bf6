#include <memory>

#include "../watch/watcher.h"
#include "arguments.h"
#include "exports.h"
#include "reads.h"
#include "wrapped.h"

namespace socktable {
namespace {

// A running poll keeps its watcher alive, also where that is closed before the poll ends.
using HeldWatcher = std::shared_ptr<Watcher>;

constexpr napi_type_tag kHeldWatcherTag = {0x5f2b9d7c41e8a063, 0x91c6e3d80a74bf25};

HeldWatcher& HeldWatcherFrom(const Napi::CallbackInfo& info) {
  return Wrapped<HeldWatcher>(info, kHeldWatcherTag, "socktable: not an open watcher");
}

// openWatcher(query) -> watcher
Napi::Value OpenWatcher(const Napi::CallbackInfo& info) {
  auto watcher = std::make_shared<Watcher>(QueryFrom(info));
  return Wrap(info.Env(), std::make_unique<HeldWatcher>(std::move(watcher)), kHeldWatcherTag);
}

// poll(watcher, callback(buffer | null, failure | null)) -> cancel()
Napi::Value Poll(const Napi::CallbackInfo& info) {
  return StartRead(info, [watcher = HeldWatcherFrom(info)](const std::atomic<bool>* cancelled,
                                                           Outcome* outcome) {
    outcome->status = watcher->Poll(cancelled, &outcome->table);
  });
}

// countWatched(watcher, callback(buffer | null, failure | null), countBy) -> cancel()
Napi::Value CountWatched(const Napi::CallbackInfo& info) {
  return StartRead(info, [watcher = HeldWatcherFrom(info), by = CountByFrom(info)](
                             const std::atomic<bool>*, Outcome* outcome) {
    outcome->table = watcher->Count(by);
  });
}

// pollCounts(watcher, callback(buffer | null, failure | null), countBy) -> cancel()
Napi::Value PollCounts(const Napi::CallbackInfo& info) {
  return StartRead(info, [watcher = HeldWatcherFrom(info), by = CountByFrom(info)](
                             const std::atomic<bool>* cancelled, Outcome* outcome) {
    outcome->status = watcher->PollCounts(cancelled, by, &outcome->table);
  });
}

// closeWatcher(watcher)
void CloseWatcher(const Napi::CallbackInfo& info) { HeldWatcherFrom(info).reset(); }

}  // namespace

void ExportWatching(Napi::Object exports) {
  Export(exports, "openWatcher", OpenWatcher);
  Export(exports, "poll", Poll);
  Export(exports, "pollCounts", PollCounts);
  Export(exports, "countWatched", CountWatched);
  Export(exports, "closeWatcher", CloseWatcher);
}

}  // namespace socktable
