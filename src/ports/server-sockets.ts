/** Which sockets are servers', and which belong to clients that look alike. */

import type { SocketRow, SocketTable } from '../types/index.ts'
import { inRanges } from './port-ranges.ts'
import { portRules } from './rules.ts'

type Protocols =
  SocketRow<'details'>['protocol'] | readonly SocketRow<'details'>['protocol'][] | undefined

/**
 * Which sockets wait for peers as a server's do. A TCP server's are in LISTEN. UDP has no such state:
 * an unconnected socket on a port of the ephemeral range most likely belongs to a client (DNS, QUIC,
 * WebRTC). It counts as a server's only where `protocols` is UDP alone, which asks for it.
 */
export function serverSockets(protocols: Protocols): (row: SocketRow) => boolean {
  const udpAlone = [protocols].flat().every((protocol) => protocol === 'udp')
  const { ephemeral, reserved } = portRules()
  const isEphemeral = (port: number) => inRanges(port, [ephemeral]) && !inRanges(port, reserved)
  return ({ protocol, state, remoteAddress, localPort }) =>
    protocol === 'tcp'
      ? state === 'LISTEN'
      : remoteAddress === null && (udpAlone || !isEphemeral(localPort))
}

/** A table without the sockets that belong to clients. */
export function onlyServers(
  table: SocketTable<'details'>,
  protocols: Protocols,
): SocketTable<'details'> {
  return { ...table, rows: table.rows.filter(serverSockets(protocols)) }
}
