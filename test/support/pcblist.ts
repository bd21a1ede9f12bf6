/** Builds macOS's lists of sockets byte by byte, as xnu's in_pcb.h, socketvar.h and tcp_var.h draw them. */

export interface MacSocket {
  readonly protocol?: 'tcp' | 'udp'
  /** inp_gencnt */
  readonly generation?: number
  /** inp_vflag: 1 IPv4, 2 IPv6, 3 both. */
  readonly version?: number
  readonly localAddress?: readonly number[]
  readonly localPort?: number
  readonly remoteAddress?: readonly number[]
  readonly remotePort?: number
  /** TCPS_* */
  readonly state?: number
  /** Whether there is a struct socket (any more). */
  readonly socket?: boolean
  readonly socketState?: number
  readonly ipProtocol?: number
  readonly uid?: number
  readonly lastPid?: number
  readonly queued?: readonly [length: number, incomplete: number, limit: number]
  readonly waiting?: readonly [received: number, sent: number]
}

/** The size of struct xsocket_n: it grew with macOS 13. */
export const SOCKET_SIZE = {
  '10.15': 76,
  '12': 76,
  '14': 104,
  '15': 104,
  '26': 104,
  '27': 104,
} as const

export type MacVersion = keyof typeof SOCKET_SIZE

const LENGTH_OF_MARK = 24
// So that a field that is read from the wrong place is seen.
const NOISE = 0xa5

export const IPV4_LOOPBACK = [127, 0, 0, 1]
export const ANY6 = Array<number>(16).fill(0)

/** An IPv4 address is in the last four bytes, and nobody says what is before it. */
const wide = (address: readonly number[]): Buffer =>
  Buffer.concat([Buffer.alloc(16 - address.length, 0x77), Buffer.from(address)])

type Field = readonly [offset: number, size: 1 | 2 | 4 | 8, value: number]

function struct(size: number, fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(size, NOISE)
  for (const [offset, width, value] of fields) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), offset)
    else bytes.writeUIntLE(value, offset, width)
  }
  return bytes
}

const padded = (record: Buffer): Buffer =>
  Buffer.concat([record, Buffer.alloc((8 - (record.length % 8)) % 8, NOISE)])

const familyOf = ({ version = 1 }: MacSocket): number => (version === 1 ? 2 : 30)
const protocolOf = ({ protocol = 'tcp', ipProtocol }: MacSocket): number =>
  ipProtocol ?? (protocol === 'tcp' ? 6 : 17)

/** The addresses and ports, which both kinds of list have 32 bytes apart from each other's start. */
function place(record: Buffer, socket: MacSocket, ports: number, addresses: number): void {
  const any = (socket.version ?? 1) === 1 ? [0, 0, 0, 0] : ANY6
  record.writeUInt16BE(socket.remotePort ?? 0, ports)
  record.writeUInt16BE(socket.localPort ?? 0, ports + 2)
  wide(socket.remoteAddress ?? any).copy(record, addresses)
  wide(socket.localAddress ?? any).copy(record, addresses + 16)
}

/** A record of pcblist_n of any kind, padded as the kernel does. */
export const record = (kind: number, size: number, fields: readonly Field[] = []): Buffer =>
  padded(struct(size, [[0, 4, size], [4, 4, kind], ...fields]))

/** The records that a socket has in pcblist_n. */
export function group(mac: MacVersion, socket: MacSocket): Buffer {
  const { generation = 7, version = 1, state = 4, uid = 501, lastPid = 0 } = socket
  const [queued, incomplete, limit] = socket.queued ?? [0, 0, 0]
  const [received, sent] = socket.waiting ?? [0, 0]
  const internet = record(0x10, 104, [
    [28, 8, generation],
    [44, 1, version],
    [46, 1, protocolOf(socket)],
  ])
  place(internet, socket, 16, 48)
  const exists = socket.socket ?? true
  const own: readonly Field[] = exists
    ? [
        [8, 8, 0xffff_1234],
        [26, 2, socket.socketState ?? 2],
        [36, 4, protocolOf(socket)],
        [40, 4, familyOf(socket)],
        [44, 2, queued],
        [46, 2, incomplete],
        [48, 2, limit],
        [64, 4, uid],
        [68, 4, lastPid],
      ]
    : []
  const size = SOCKET_SIZE[mac]
  const described = record(0x01, size, own)
  // Of a socket that has gone the kernel copies zeros behind the head.
  if (!exists) described.fill(0, 8, size)
  if (!exists) described.writeInt32LE(lastPid, 68)
  const buffer = (kind: number, bytes: number) => record(exists ? kind : 0, 32, [[8, 4, bytes]])
  const parts = [internet, described, buffer(2, received), buffer(4, sent), record(8, 136)]
  if ((socket.protocol ?? 'tcp') === 'tcp') parts.push(record(0x20, 204, [[36, 4, state]]))
  return Buffer.concat(parts)
}

/** The record that a socket has in pcblist64. */
export function record64(socket: MacSocket): Buffer {
  const { protocol = 'tcp', generation = 7, version = 1, state = 4, uid = 501 } = socket
  const tcp = protocol === 'tcp'
  const internet = struct(260, [
    [0, 8, 260],
    [76, 8, generation],
    [92, 1, version],
    [94, 1, protocolOf(socket)],
    [144, 4, 108],
    [148, 8, (socket.socket ?? true) ? 0xffff_1234 : 0],
    [162, 2, socket.socketState ?? 2],
    [172, 4, protocolOf(socket)],
    [176, 4, familyOf(socket)],
    [180, 2, socket.queued?.[0] ?? 0],
    [182, 2, socket.queued?.[1] ?? 0],
    [184, 2, socket.queued?.[2] ?? 0],
    [200, 4, socket.waiting?.[0] ?? 0],
    [224, 4, socket.waiting?.[1] ?? 0],
    [248, 4, uid],
  ])
  place(internet, socket, 16, 96)
  if (!tcp) return internet
  const whole = struct(472, [
    [0, 4, 472],
    [292, 4, state],
  ])
  internet.copy(whole, 4)
  return whole
}

const mark = (count: number, generation: number): Buffer =>
  struct(LENGTH_OF_MARK, [
    [0, 4, LENGTH_OF_MARK],
    [4, 4, count],
    [8, 8, generation],
    [16, 8, generation],
  ])

/** A list of such records; where there is none the kernel leaves the second mark out. */
export function list(records: readonly Buffer[], generation = 1000, after = generation): Buffer {
  const { length } = records
  const end = length === 0 ? [] : [mark(length, after)]
  return Buffer.concat([mark(length, generation), ...records, ...end])
}
