import type { Include, SocketRow } from '../../src/index.ts'

/** A listening socket, but for what is given. */
export function sampleRow(fields: Partial<SocketRow<Include>> = {}): SocketRow<Include> {
  const pids = fields.pids ?? [4242]
  return {
    id: '1',
    family: 'IPv4',
    protocol: 'tcp',
    localAddress: '127.0.0.1',
    localPort: 3000,
    remoteAddress: null,
    remotePort: null,
    state: 'LISTEN',
    direction: null,
    pid: pids[0] ?? null,
    pids,
    fd: pids.length ? 3 : null,
    fds: pids.map(() => 3),
    processName: 'node',
    ownerUnknown: pids.length ? null : 'no-owner',
    uid: 0,
    inode: 1,
    interface: null,
    receiveQueue: 0,
    sendQueue: 0,
    backlog: 511,
    dualStack: null,
    createdAt: null,
    lastPid: null,
    service: null,
    ...fields,
  }
}
