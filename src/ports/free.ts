/** Finds ports that are free, and takes them so that nobody else gets them first. */

import { type Socket as UdpSocket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Server, createServer } from 'node:net'
import { invalidValue } from '../errors.ts'
import { checkBoolean, checkList, checkOneOf, checkOptions } from '../table/options.ts'
import type { PortFilter } from '../types.ts'
import { checkPortRanges, portsOf } from './check.ts'
import { PLACE_OPTIONS, type PlaceOptions, type Site, site } from './places.ts'
import { type Refusal, tryBindAlone, tryHold } from './probe.ts'
import { type PortRange, inRanges, portRules } from './rules.ts'

const EPHEMERAL = ['allow', 'avoid', 'only'] as const
const FIRST_OF_USERS = 1024

/** Which ports may be taken. */
export interface FreeOptions extends PlaceOptions {
  /**
   * The ports to choose from, in order of preference: the first that is free is taken. Default: any
   * port of the system's ephemeral range, begun at a random one.
   */
  readonly ports?: PortFilter | readonly PortFilter[]
  /** Ports that are not to be taken. */
  readonly exclude?: PortFilter | readonly PortFilter[]
  /** Further addresses at which the port has to be free too. */
  readonly hosts?: readonly string[]
  /**
   * Whether the range from which the system itself takes ports may be used, is to be avoided, or is
   * the only one. Default: `allow`; without `ports`, `avoid` chooses from 1024 to where it begins.
   */
  readonly ephemeral?: (typeof EPHEMERAL)[number]
  /** Whether ports below 1024 may be taken where `ports` has some. Default: false. */
  readonly wellKnown?: boolean
}

const FREE_OPTIONS = [
  ...PLACE_OPTIONS,
  'ports',
  'exclude',
  'hosts',
  'ephemeral',
  'wellKnown',
] as const

/** None of the ports asked for could be had. */
export interface NoFreePort extends Error {
  readonly code: 'ERR_SOCKTABLE_NO_FREE_PORT'
  /** How many were tried, and what the system said to the last. */
  readonly tried: number
  readonly refusal: Refusal | null
}

function noFreePort(tried: number, refusal: Refusal | null): NoFreePort {
  const last = refusal === null ? '' : `; the last was refused: ${refusal.message}`
  const message =
    tried === 0
      ? 'the options leave no port to choose from'
      : `none of ${tried} ports is free${last}`
  return Object.assign(new Error(message), {
    code: 'ERR_SOCKTABLE_NO_FREE_PORT' as const,
    tried,
    refusal,
  })
}

/** The same ports, begun at a random one, so that many who search at once rarely meet. */
function shuffledStart(ports: readonly number[]): number[] {
  const start = Math.floor(Math.random() * ports.length)
  return [...ports.slice(start), ...ports.slice(0, start)]
}

function candidatesOf(values: Readonly<Record<string, unknown>>): number[] {
  const { ephemeral, reserved } = portRules()
  const choice =
    values['ephemeral'] === undefined
      ? 'allow'
      : checkOneOf('options.ephemeral', values['ephemeral'], EPHEMERAL)
  const wellKnown =
    values['wellKnown'] === undefined
      ? false
      : checkBoolean('options.wellKnown', values['wellKnown'])
  const excluded =
    values['exclude'] === undefined ? [] : checkPortRanges('options.exclude', values['exclude'])
  const asked = values['ports'] !== undefined
  const below: PortRange = { from: FIRST_OF_USERS, to: ephemeral.from - 1 }
  const ranges = asked
    ? checkPortRanges('options.ports', values['ports'])
    : [choice === 'avoid' ? below : ephemeral]
  const all = portsOf(ranges).filter((port) => {
    if (inRanges(port, excluded)) return false
    if (port < FIRST_OF_USERS && !wellKnown) return false
    if (!asked) return !inRanges(port, reserved)
    const inside = inRanges(port, [ephemeral])
    return choice === 'allow' || inside === (choice === 'only')
  })
  return asked ? all : shuffledStart(all)
}

interface Search {
  readonly candidates: readonly number[]
  readonly sites: readonly Site[]
}

async function prepare(options: FreeOptions | undefined): Promise<Search> {
  const values = checkOptions(options, FREE_OPTIONS)
  const candidates = candidatesOf(values)
  const others =
    values['hosts'] === undefined
      ? []
      : checkList('options.hosts', values['hosts'], (name, host) => {
          if (typeof host === 'string' && host !== '') return host
          throw invalidValue(name, 'an address or a name', host)
        })
  const sites = [await site(values)]
  for (const host of others) sites.push(await site({ ...values, host }))
  return { candidates, sites }
}

/** What the first of the sites said that refused the port. */
function refusedAt(sites: readonly Site[], port: number): Refusal | null {
  for (const at of sites) {
    const refusal = tryBindAlone({ ...at, port })
    if (refusal !== null) return refusal
  }
  return null
}

/** Tries the candidates one after the other until `take` returns something but a refusal. */
async function firstOf<Taken>(
  { candidates, sites }: Search,
  take: (port: number) => Promise<Taken | Refusal> | Taken | Refusal,
  isTaken: (outcome: Taken | Refusal) => outcome is Taken,
): Promise<Taken> {
  let last: Refusal | null = null
  for (const port of candidates) {
    const outcome = refusedAt(sites, port) ?? (await take(port))
    if (isTaken(outcome)) return outcome
    last = outcome
    // These stay so at every port.
    if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(outcome.code)) break
  }
  throw noFreePort(candidates.length, last)
}

/**
 * Finds a port that nobody has. Nothing keeps it free: take it at once, or use `reservePort`,
 * `listenOnFreePort` or `bindFreePort`, which leave no gap. Ports that somebody reserved are passed
 * over.
 *
 * @throws `NoFreePort`; for wrong arguments as `checkPort`.
 */
export async function findFreePort(options?: FreeOptions): Promise<number> {
  const isPort = (outcome: number | Refusal): outcome is number => typeof outcome === 'number'
  return firstOf<number>(await prepare(options), (port) => port, isPort)
}

/** A port that is kept for a process that will bind it by itself. */
export interface ReservedPort {
  readonly port: number
  /** Whether the system keeps it. False on Windows and for UDP: it was free, and that is all. */
  readonly held: boolean
  /** Until when, in milliseconds since 1970; null where it is not held. */
  readonly heldUntil: number | null
}

// For how long a closed connection lingers: TCP_TIMEWAIT_LEN in Linux's include/net/tcp.h, and twice
// TCPTV_MSL in bsd/netinet/tcp_timer.h of xnu.
const HOLD_MILLISECONDS = process.platform === 'darwin' ? 30_000 : 60_000

function hold(port: number): ReservedPort | Refusal {
  const refusal = tryHold(port)
  if (refusal === null) return { port, held: true, heldUntil: Date.now() + HOLD_MILLISECONDS }
  return refusal.code === 'ENOTSUP' ? { port, held: false, heldUntil: null } : refusal
}

/**
 * Reserves a TCP port for a process that will bind it by itself, such as a child that gets the number
 * in its environment.
 *
 * Linux: for a minute the kernel gives it to nobody but to who asks for it by its number with
 * SO_REUSEADDR, as servers do and Node does. What holds it is a connection in TIME_WAIT: no socket
 * stays open, no process has to stay, and it can't be given back earlier. macOS: the same for half a
 * minute, where two binds that are tried show that it is held. All who reserve ports in this way, in whatever process, get different ones,
 * and no bind to port 0 and no outgoing connection takes it. A program that binds exactly this number
 * with SO_REUSEADDR is not kept from it.
 *
 * Windows, and UDP everywhere: no such thing is offered. The port was free when it was looked at, and
 * `held` is false.
 *
 * @throws `NoFreePort`; for wrong arguments as `checkPort`.
 */
export async function reservePort(options?: FreeOptions): Promise<ReservedPort> {
  const search = await prepare(options)
  const udp = search.sites[0]?.protocol === 'udp'
  return firstOf<ReservedPort>(
    search,
    (port) => (udp ? { port, held: false, heldUntil: null } : hold(port)),
    (outcome): outcome is ReservedPort => 'held' in outcome,
  )
}

function refusalOf(error: unknown): Refusal {
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
  return { code, syscall: syscall ?? '', message }
}

/**
 * A server of `node:net` that listens on the first port that could be had: it is bound, so nobody is
 * in between. Hand it to `http.createServer().listen(server)` or take it as it is.
 *
 * @throws `NoFreePort`; for wrong arguments as `checkPort`.
 */
export async function listenOnFreePort(options?: FreeOptions): Promise<Server> {
  const search = await prepare({ ...options, protocol: 'tcp' })
  const { address: host, ipv6Only } = search.sites[0] as Site
  const listen = async (port: number): Promise<Server | Refusal> => {
    const server = createServer()
    try {
      // Not one that a cluster's workers share.
      server.listen({ port, host, ipv6Only, exclusive: true })
      await once(server, 'listening')
      return server
    } catch (error) {
      return refusalOf(error)
    }
  }
  return firstOf<Server>(search, listen, (outcome): outcome is Server => 'listen' in outcome)
}

/**
 * A socket of `node:dgram` that is bound to the first port that could be had.
 *
 * @throws `NoFreePort`; for wrong arguments as `checkPort`.
 */
export async function bindFreePort(options?: FreeOptions): Promise<UdpSocket> {
  const search = await prepare({ ...options, protocol: 'udp' })
  const { address, family, ipv6Only } = search.sites[0] as Site
  const bind = async (port: number): Promise<UdpSocket | Refusal> => {
    const socket = createSocket({ type: family === 'IPv6' ? 'udp6' : 'udp4', ipv6Only })
    try {
      socket.bind({ port, address, exclusive: true })
      await once(socket, 'listening')
      return socket
    } catch (error) {
      socket.close()
      return refusalOf(error)
    }
  }
  return firstOf<UdpSocket>(search, bind, (outcome): outcome is UdpSocket => 'bind' in outcome)
}
