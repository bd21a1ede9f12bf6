/** Finds free ports and binds them. */

import { throwIfAborted } from '../../table/signal.ts'
import { type Socket as UdpSocket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Server, createServer } from 'node:net'
import type { Abortable } from '../../types/index.ts'
import type { Refusal } from '../probe.ts'
import { scopeOf } from '../refusals.ts'
import { refusalAt } from './available.ts'
import { type FreeOptions, prepare } from './options.ts'
import type { Search } from './search.ts'

type Attempt<Bound> = { readonly bound: Bound } | { readonly refusal: Refusal }

/** The error of a bind. Throws those that every port would have. */
function refused(error: unknown): { readonly refusal: Refusal } {
  const { code = '', syscall = '', message } = error as NodeJS.ErrnoException
  if (scopeOf({ code, syscall }) !== 'port') throw error
  return { refusal: { code, syscall, message } }
}

/** Binds the first port that is free when its turn comes. */
async function firstOf<Bound extends { close(): unknown }>(
  search: Search,
  bind: (port: number) => Promise<Attempt<Bound>>,
): Promise<Bound> {
  for await (const port of search.each()) {
    if (!search.note(await refusalAt(search.targets, port, search.signal))) continue
    const outcome = await bind(port)
    if ('bound' in outcome) {
      if (search.signal?.aborted) outcome.bound.close()
      throwIfAborted(search.signal)
      return outcome.bound
    }
    search.lost(outcome.refusal)
  }
  throw search.failure()
}

/**
 * Returns a server of `node:net` that listens on the first free port, so that no other process can bind
 * it in between. Use it as it is, or pass it to `http.createServer().listen(server)`. The caller closes
 * it.
 *
 * @example
 * const server = await listenOnFreePort({ host: '127.0.0.1' })
 * const { port } = server.address() as AddressInfo
 *
 * @throws As `findFreePort`.
 */
export async function listenOnFreePort(options?: FreeOptions & Abortable): Promise<Server> {
  const search = await prepare(options, [], { protocol: 'tcp' })
  const { address: host, ipv6Only } = search.first
  return firstOf(search, async (port) => {
    const server = createServer()
    try {
      // Not shared by the workers of a cluster.
      server.listen({ port, host, ipv6Only, exclusive: true })
      await once(server, 'listening')
      return { bound: server }
    } catch (error) {
      return refused(error)
    }
  })
}

/**
 * Returns a socket of `node:dgram` that is bound to the first free port. The caller closes it.
 *
 * @example
 * const socket = await bindFreePort()
 * const { port } = socket.address()
 *
 * @throws As `findFreePort`.
 */
export async function bindFreePort(options?: FreeOptions & Abortable): Promise<UdpSocket> {
  const search = await prepare(options, [], { protocol: 'udp' })
  const { address, family, ipv6Only } = search.first
  return firstOf(search, async (port) => {
    const socket = createSocket({ type: family === 'IPv6' ? 'udp6' : 'udp4', ipv6Only })
    try {
      socket.bind({ port, address, exclusive: true })
      await once(socket, 'listening')
      return { bound: socket }
    } catch (error) {
      socket.close()
      return refused(error)
    }
  })
}
