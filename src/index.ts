/** The public interface of socktable. */

export type { SystemError } from './errors.ts'
export type { CheckOptions, PortCheck, ShareOptions } from './ports/port-check.ts'
export { checkPort, checkPorts, checkPortSync, checkPortsSync } from './ports/check.ts'
export type { Explanation } from './ports/explanation.ts'
export { explainError, explainPort } from './ports/explain.ts'
export type { ExplainOptions, ListeningServer } from './ports/explain-listen.ts'
export { explainListenErrors } from './ports/explain-listen.ts'
export type { FreePortsOptions } from './ports/free/find.ts'
export { findFreePort, findFreePorts } from './ports/free/find.ts'
export { bindFreePort, listenOnFreePort } from './ports/free/listen.ts'
export type { FreeOptions } from './ports/free/options.ts'
export type { ReservedPort, ReserveOptions } from './ports/free/reserve.ts'
export { reservePort } from './ports/free/reserve.ts'
export type { NoFreePort } from './ports/free/search.ts'
export type { InspectOptions, PortInspection, PortOwner } from './ports/inspection.ts'
export { inspectPort, inspectPortSync } from './ports/inspect.ts'
export type { Unreadable } from './ports/port-table.ts'
export type { PortObstacle } from './ports/obstacles.ts'
export type { BindTargetOptions } from './ports/bind-targets.ts'
export type { Refusal } from './ports/probe.ts'
export type { WaitOptions, WaitTimeout } from './ports/wait.ts'
export { waitForPort } from './ports/wait.ts'
export { processInfo, processInfoSync } from './processes/facts.ts'
export { killPort } from './processes/kill-port.ts'
export type { ProcessReference } from './processes/terminate.ts'
export { terminate } from './processes/terminate.ts'
export { processTree, processTreeSync } from './processes/tree.ts'
export type {
  Container,
  ProcessInfo,
  ProcessNode,
  ProcessRecord,
  ProcessTree,
  SignalName,
} from './processes/types.ts'
export type {
  EndedProcess,
  PortResult,
  KillPortOptions,
  KillPortResult,
  PortHolder,
  PortOutcome,
  ProcessOutcome,
  ProtectedGroup,
  RefusalReason,
  TerminateOptions,
  TerminateResult,
} from './processes/ending-types.ts'
export type { CountOptions } from './table/counts.ts'
export { countSockets, countSocketsSync } from './table/counts.ts'
export { listSockets, listSocketsSync } from './table/snapshot.ts'
export type {
  Abortable,
  CountBy,
  CountKeys,
  Fallback,
  Direction,
  Family,
  Include,
  IncludedFields,
  IPv4Socket,
  IPv6Socket,
  ListOptions,
  Missing,
  Owners,
  OwnerUnknown,
  PortFilter,
  Protocol,
  QueryOptions,
  SocketChange,
  SocketChanges,
  SocketCount,
  SocketCounts,
  SocketDetails,
  SocketFields,
  SocketProcess,
  SocketRow,
  SocketService,
  SocketTable,
  Source,
  TableReport,
  TcpState,
} from './types/index.ts'
export { SOURCES, TCP_STATES } from './types/index.ts'
export type { SocketCounter, SocketTurnover } from './watch/counter.ts'
export { socketCounter } from './watch/counter.ts'
export type { SocketWatcher, WatchOptions } from './watch/watch.ts'
export { watchSockets } from './watch/watch.ts'
