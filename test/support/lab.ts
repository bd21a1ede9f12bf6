/** The sockets of lab.py, as a test meets them. */

import { listSocketsSync } from '../../src/index.ts'
import type { Family, SocketRow, TcpState } from '../../src/index.ts'
import { type Child, startPython, until } from './children.ts'

export interface LabSocket {
  readonly state: TcpState | null
  readonly family: Family
  readonly local: readonly [address: string, port: number]
  /** An empty address: no peer; port 0 beside an address: any port. */
  readonly remote: readonly [address: string, port: number]
  readonly owned: boolean
}

export interface Lab {
  readonly pid: number
  readonly sockets: readonly LabSocket[]
  end(): Promise<void>
}

export function isLabSocket(row: SocketRow, socket: LabSocket): boolean {
  const [address, port] = socket.remote
  return (
    row.family === socket.family &&
    row.state === socket.state &&
    row.protocol === (socket.state === null ? 'udp' : 'tcp') &&
    row.localAddress === socket.local[0] &&
    row.localPort === socket.local[1] &&
    row.remoteAddress === (address === '' ? null : address) &&
    (port === 0 || row.remotePort === port)
  )
}

/** Starts the lab and waits until the kernel shows every socket in its state. */
export async function startLab(): Promise<Lab> {
  const child: Child = startPython('lab.py')
  const lab = await child.json<Omit<Lab, 'end'>>()
  await until('all sockets of the lab are in their states', () => {
    const { rows } = listSocketsSync({ bound: true, owners: 'none' })
    return lab.sockets.every((socket) => rows.some((row) => isLabSocket(row, socket)))
  })
  return { ...lab, end: () => child.end() }
}
