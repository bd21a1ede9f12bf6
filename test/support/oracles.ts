/** What others say of the same sockets: ss, and our own reading of /proc/net. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { formatIPv4, formatIPv6 } from '../../src/table/address.ts'
import type { SocketRow } from '../../src/index.ts'

/** One socket in a line that can be compared and sorted. */
export function summary(row: SocketRow<'details'>): string {
  const remote = row.remoteAddress === null ? '-' : `${row.remoteAddress} ${row.remotePort}`
  const queues = `${row.receiveQueue}/${row.backlog ?? row.sendQueue}`
  const local = `${row.localAddress} ${row.localPort}`
  return `${row.protocol} ${row.state} ${local} ${remote} ${queues} ${row.inode} ${row.uid}`
}

const SS_STATES: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECV': 'SYN_RECEIVED',
  'FIN-WAIT-1': 'FIN_WAIT_1',
  'FIN-WAIT-2': 'FIN_WAIT_2',
  'TIME-WAIT': 'TIME_WAIT',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'LAST-ACK': 'LAST_ACK',
  LISTEN: 'LISTEN',
  CLOSING: 'CLOSING',
}

function splitSsEndpoint(text: string, wildcard: string): [string, string] {
  const colon = text.lastIndexOf(':')
  const address = text.slice(0, colon).replaceAll(/[[\]]/g, '')
  return [address === '*' ? wildcard : address, text.slice(colon + 1)]
}

/** The summaries that ss would give. It names a bound device behind any address; we, link-local only. */
export function ssSummaries(): string[] {
  const text = execFileSync('ss', ['-Htuane'], { encoding: 'utf8' })
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [protocol, ssState = '', received, sent, local = '', remote = ''] = line.split(/\s+/)
      const state = protocol === 'udp' ? 'null' : SS_STATES[ssState]
      const peer = protocol === 'udp' ? ssState === 'ESTAB' : ssState !== 'LISTEN'
      const place = (endpoint: string): string => {
        const [address, port] = splitSsEndpoint(endpoint, '::')
        return `${address.startsWith('fe80:') ? address : address.replace(/%.*/, '')} ${port}`
      }
      const inode = /ino:(\d+)/.exec(line)?.[1] ?? '0'
      const uid = /uid:(\d+)/.exec(line)?.[1] ?? '0'
      const owner = inode === '0' ? 'null null' : `${inode} ${uid}`
      return `${protocol} ${state} ${place(local)} ${peer ? place(remote) : '-'} ${received}/${sent} ${owner}`
    })
    .sort()
}

const PROC_STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECEIVED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'TIME_WAIT',
  'CLOSED',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
]

function procEndpoint(text: string): string {
  const [hex = '', port = ''] = text.split(':')
  const bytes = Buffer.from(hex, 'hex')
  // Each word is printed as a number of this machine.
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => {
    const printed = bytes.readUInt32BE(index * 4)
    const native = Buffer.alloc(4)
    if (new Uint8Array(Uint32Array.of(1).buffer)[0] === 1) native.writeUInt32LE(printed)
    else native.writeUInt32BE(printed)
    return native.readUInt32BE()
  })
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words
  const address = words.length === 1 ? formatIPv4(w0) : formatIPv6([w0, w1, w2, w3])
  return `${address} ${Number.parseInt(port, 16)}`
}

/** The summaries by /proc/net, read by other code than ours. */
export function procSummaries(): string[] {
  return ['tcp', 'tcp6', 'udp', 'udp6']
    .flatMap((name) => {
      const protocol = name.slice(0, 3)
      const lines = readFileSync(`/proc/net/${name}`, 'utf8').trim().split('\n').slice(1)
      return lines.map((line) => {
        const fields = line.trim().split(/\s+/)
        const [, local = '', remote = '', number = '', queues = ''] = fields
        const tcpState = PROC_STATES[Number.parseInt(number, 16)] ?? '?'
        const [sent = '', received = ''] = queues.split(':')
        const peer = protocol === 'udp' ? number === '01' : tcpState !== 'LISTEN'
        const inode = fields[9] ?? ''
        const owner = inode === '0' ? 'null null' : `${inode} ${fields[7]}`
        const state = protocol === 'udp' ? 'null' : tcpState
        const counts = `${Number.parseInt(received, 16)}/${Number.parseInt(sent, 16)}`
        const place = `${procEndpoint(local)} ${peer ? procEndpoint(remote) : '-'}`
        return `${protocol} ${state} ${place} ${counts} ${owner}`
      })
    })
    .sort()
}
