/**
 * The twin of native/core/socket_table.h and native/core/query.h: where things stand in the packed
 * table and in the words of a query. The addon exports its own values, and `checkLayout` compares them all.
 */

import type { OwnerUnknown, TcpState } from './types.ts'
import { TCP_STATES } from './types.ts'

export const LAYOUT = {
  version: 4,
  magic: 0x42544b53,
  query: 2,
  states: 13,
  headerWords: 34,
  'header.rowCount': 2,
  'header.rowsOffset': 3,
  'header.ownerCount': 4,
  'header.ownersOffset': 5,
  'header.processCount': 6,
  'header.processesOffset': 7,
  'header.interfaceCount': 8,
  'header.interfacesOffset': 9,
  'header.stringsLength': 10,
  'header.stringsOffset': 11,
  'header.sources': 12,
  'header.flags': 13,
  'header.skipped': 14,
  'header.repeated': 15,
  'header.processes': 16,
  'header.denied': 17,
  'header.vanished': 18,
  'header.unexpected': 19,
  'header.unexpectedCode': 20,
  'header.unexpectedCallOffset': 21,
  'header.unexpectedCallLength': 22,
  'header.fallbackCode': 23,
  'header.fallbackCallOffset': 24,
  'header.fallbackCallLength': 25,
  'header.serviceCount': 26,
  'header.servicesOffset': 27,
  'header.opened': 28,
  'header.closed': 29,
  'header.sockets': 30,
  'header.hidden': 31,
  'header.brief': 32,
  'row.size': 80,
  'row.localAddress': 0,
  'row.remoteAddress': 16,
  'row.inode': 32,
  'row.identity': 40,
  'row.uid': 48,
  'row.interface': 52,
  'row.receiveQueue': 56,
  'row.sendQueue': 60,
  'row.ownerStart': 64,
  'row.ownerCount': 68,
  'row.localPort': 72,
  'row.remotePort': 74,
  'row.protocol': 76,
  'row.state': 77,
  'row.flags': 78,
  'row.ownerUnknown': 79,
  'owner.size': 8,
  'owner.noDescriptor': 0xffffffff,
  'process.size': 12,
  'interface.size': 12,
  'service.size': 12,
  'flag.ipv6': 1,
  'flag.peer': 2,
  'flag.v6OnlyKnown': 4,
  'flag.v6Only': 8,
  'flag.backlogKnown': 16,
  'flag.queues': 32,
  'flag.created': 64,
  'flag.user': 128,
  'report.fromSockDiag': 1,
  'report.fromProcfs': 2,
  'report.fromIpHelper': 4,
  'report.fromPcbList': 8,
  'report.fromLibproc': 16,
  'report.interrupted': 1,
  'report.boundUnavailable': 2,
  'report.processesHidden': 4,
  'report.askedDenied': 8,
  'report.numericScopes': 16,
  'report.socketsHidden': 32,
  'report.closingsTold': 64,
  'report.closingsMissed': 128,
  'report.foreignProc': 256,
  'report.searchEnded': 512,
  'report.otherNetwork': 1024,
} as const

/** By the number of the state; null is a UDP socket or a state that this version does not know. */
export const STATE_BY_NUMBER: readonly (TcpState | null)[] = [null, ...TCP_STATES]

/** By the number of the reason; null is a row with an owner. */
export const OWNER_UNKNOWN_BY_NUMBER: readonly (OwnerUnknown | null)[] = [
  null,
  'not-asked',
  'no-owner',
  'not-accepted',
  'permission',
  'gone',
  'not-found',
  'exited',
  'pid-namespace',
  'not-searched',
]

/** Names what differs between this file and the addon; empty where they agree. */
export function layoutDifferences(native: Readonly<Record<string, number>>): string[] {
  const names = new Set([...Object.keys(LAYOUT), ...Object.keys(native)])
  const own: Readonly<Record<string, number>> = LAYOUT
  return [...names].filter((name) => own[name] !== native[name])
}
