/** Which sockets are servers', and which are merely clients' that look alike. */

import type { Include, SocketRow, SocketTable } from '../types/index.ts'
import { inRanges, portRules } from './rules.ts'

type Protocols = SocketRow['protocol'] | readonly SocketRow['protocol'][] | undefined

/**
 * Which sockets wait for peers as a server's do. A TCP server's are in LISTEN. UDP has no such state:
 * an unconnected socket on a port of the range that the system gives to who asks for none is most
 * likely a client's (DNS, QUIC, WebRTC). It counts as a server's only where `protocols` asks for UDP
 * and nothing else, which means it.
 */
export function serverSockets(protocols: Protocols): (row: SocketRow) => boolean {
  const udpIsMeant = [protocols].flat().every((protocol) => protocol === 'udp')
  const { ephemeral, reserved } = portRules()
  const isGivenOut = (port: number) => inRanges(port, [ephemeral]) && !inRanges(port, reserved)
  return ({ protocol, state, remoteAddress, localPort }) =>
    protocol === 'tcp'
      ? state === 'LISTEN'
      : remoteAddress === null && (udpIsMeant || !isGivenOut(localPort))
}

/** A table of sockets that wait for peers, without those that are merely clients'. */
export function onlyServers(
  table: SocketTable<Include>,
  protocols: Protocols,
): SocketTable<Include> {
  return { ...table, rows: table.rows.filter(serverSockets(protocols)) }
}
