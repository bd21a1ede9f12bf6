/** Explains in words what is wrong with a port, which process has it and what to do. */

import type { Protocol, SocketRow } from '../types.ts'
import { type UserNames, hiddenOwner, remedyForHidden, usersOf } from '../users.ts'
import { isLinkLocal, isWildcard } from './addresses.ts'
import { adviceFor } from './advice.ts'
import { type CheckOptions, type PortCheck, checkPort } from './check.ts'
import { readError } from './error-text/error.ts'
import type { ParsedError } from './error-text/parsed.ts'
import { findFreePort } from './free/find.ts'
import type { PortObstacle } from './obstacles.ts'
import { BIND_TARGET_OPTIONS, type BindTargetOptions } from './bind-targets.ts'
import { portRules } from './rules.ts'
import { checkOptions } from '../validate.ts'

/** What happened, which process has the port, and what to do. */
export interface Explanation {
  /** Node's name of the error; null where nothing is wrong. */
  readonly code: string | null
  /** The port; null where the error did not name one. */
  readonly port: number | null
  /** The protocol; `tcp` where the error did not name one. */
  readonly protocol: Protocol
  /** The address; null where the error did not name one. */
  readonly host: string | null
  /** The Unix socket or named pipe that the error is about; null where it is about a port. */
  readonly path: string | null
  /** The state of the port in one sentence. */
  readonly summary: string
  /** The causes, a sentence each. */
  readonly reasons: readonly string[]
  /** What to do, the safest first. */
  readonly advice: readonly string[]
  /** A free port close by; null where none was looked for or found. */
  readonly alternative: number | null
  /** What was found out about the port; null where none was known. */
  readonly check: PortCheck | null
  /** All of it as text, without a newline at its end. */
  readonly text: string
}

/** How many ports to try for an alternative. */
const ALTERNATIVES = 100

function ownerOf(row: SocketRow, users: UserNames): string {
  if (row.ownerUnknown === 'permission') return hiddenOwner(row, users)
  if (row.pid === null) return 'an unknown process'
  const name = row.service ?? row.processName
  const more = row.pids.length > 1 ? ` and ${row.pids.length - 1} more` : ''
  return `${name ?? 'a process'} (PID ${row.pid})${more}`
}

function at(row: SocketRow): string {
  const host = row.localAddress.includes(':') ? `[${row.localAddress}]` : row.localAddress
  return `${host}:${row.localPort}`
}

function whyUnknown(row: SocketRow, users: UserNames): string | null {
  switch (row.ownerUnknown) {
    case 'permission':
      return `This user may not see which one: ${remedyForHidden(row, users)}.`
    case 'not-asked':
      return 'Its owner cannot be named: the processes cannot be read here (/proc).'
    case 'exited':
      return 'The process that opened it has ended; one that inherited it keeps it open.'
    case 'not-searched':
      return 'The search for its owner ended early: too many threads may hold it.'
    case 'pid-namespace':
      return (
        'Its owner is not known: /proc belongs to another PID namespace than this process ' +
        '(mount -t proc proc /proc fixes that).'
      )
    case 'not-found':
      return 'No visible process holds it: it belongs to the kernel or to another container.'
    default:
      return null
  }
}

/** How the address of a socket in the way conflicts with the one that was checked. */
function overlapWith(address: string, host: string): string {
  if (address === host) return ''
  return isWildcard(address) ? `, which includes ${host}` : `, which is part of ${host}`
}

function reasonsFor(obstacle: PortObstacle, check: PortCheck, users: UserNames): string[] {
  const { port, protocol, host, holders, connections } = check
  switch (obstacle) {
    case 'listener':
    case 'bound':
      return holders.flatMap((row) => {
        const does = row.state === 'BOUND' ? 'is bound to' : 'listens on'
        const wide = overlapWith(row.localAddress, host)
        const unknown = whyUnknown(row, users)
        const owner = ownerOf(row, users)
        return [`${owner} ${does} ${at(row)}${wide}.`, ...(unknown === null ? [] : [unknown])]
      })
    case 'connection': {
      const [client] = connections
      if (client === undefined) return []
      return [
        `${ownerOf(client, users)} has it as the local port of a connection to ` +
          `${client.remoteAddress ?? '?'}:${client.remotePort ?? '?'}: a client that happens to use it.`,
      ]
    }
    case 'time-wait':
      return [
        'A connection that was closed recently remains in TIME_WAIT, for a minute at most; no process ' +
          'holds it any more.',
      ]
    case 'privileged':
      return [
        `Ports below ${portRules().privilegedBelow} need root here` +
          (portRules().wildcardsFree
            ? ', except for a server on all addresses.'
            : ' or CAP_NET_BIND_SERVICE.'),
      ]
    case 'excluded':
      return [
        `No socket has ${protocol} port ${port}: Windows reserves a range around it, usually for ` +
          'Hyper-V, WSL or Docker. Such ranges may change at each start.',
      ]
    case 'denied':
      return ['A rule of this system forbids it (SELinux, seccomp or a setting of systemd).']
    case 'address':
      return isLinkLocal(host) && check.refusal?.code !== 'EADDRNOTAVAIL'
        ? [`${host} needs the interface that it belongs to, as in fe80::1%eth0.`]
        : [`${host} is not an address of this machine.`]
    case 'family':
      return [`This system has no ${check.family}.`]
    case 'hidden':
      return [check.disagreement ?? 'The system shows no socket that has it.']
  }
}

const SUMMARY: Readonly<Record<PortObstacle, string>> = {
  listener: 'is in use',
  bound: 'is in use',
  connection: 'is in use by a connection',
  'time-wait': 'is not free yet',
  privileged: 'is privileged',
  excluded: 'is reserved by Windows',
  denied: 'is forbidden',
  address: "can't be bound at this address",
  family: "can't be bound in this address family",
  hidden: 'is in use, and the system does not show by what',
}

function textOf(explanation: Omit<Explanation, 'text'>): string {
  const { summary, reasons, advice, alternative } = explanation
  const lines = [summary, ...reasons.map((reason) => `  ${reason}`)]
  if (advice.length > 0) lines.push('What to do:', ...advice.map((step) => `  - ${step}`))
  if (alternative !== null) lines.push(`Free close by: ${alternative}`)
  return lines.join('\n')
}

function finish(explanation: Omit<Explanation, 'text'>): Explanation {
  return { ...explanation, text: textOf(explanation) }
}

async function alternativeTo({ port, protocol, host }: PortCheck): Promise<number | null> {
  const to = Math.min(65_535, port + ALTERNATIVES)
  if (to === port) return null
  // The ports next to a privileged one are privileged too.
  const from = port < 1024 ? 1024 : port + 1
  const ports = { from, to: Math.max(from, to) }
  return findFreePort({ protocol, host, ports }).catch(() => null)
}

function summaryOf({ port, protocol, host, free, obstacles }: PortCheck): string {
  const where = `${protocol.toUpperCase()} port ${port}`
  if (free) return `${where} is free on ${host}.`
  return `${where} ${SUMMARY[obstacles[0] ?? 'hidden']}.`
}

async function explainCheck(
  check: PortCheck,
  code: string | null,
  alternative: number | null,
): Promise<Explanation> {
  const { port, protocol, host, free, obstacles, disagreement, elsewhere } = check
  const users = await usersOf([...check.holders, ...check.connections, ...elsewhere])
  const reasons = obstacles.flatMap((obstacle) => reasonsFor(obstacle, check, users))
  if (free && disagreement !== null) reasons.push(`${disagreement}.`)
  if (free && code === 'EADDRINUSE') {
    reasons.push('The socket that had it when the error occurred is gone by now: try again.')
  }
  if (free && code === 'EACCES') {
    reasons.push(
      'This user may bind it; the user who got the error may not, or Windows no longer reserves it.',
    )
  }
  const aside = free ? elsewhere.filter(({ remoteAddress }) => remoteAddress === null) : []
  for (const row of aside) {
    reasons.push(
      `${ownerOf(row, users)} has the same port at another address, ${at(row)}, which does not conflict.`,
    )
  }
  const advice = await Promise.all(obstacles.map((obstacle) => adviceFor(obstacle, check)))
  return finish({
    code: check.refusal?.code ?? code,
    port,
    protocol,
    host,
    path: null,
    summary: summaryOf(check),
    reasons,
    advice: [...new Set(advice.flat())],
    alternative,
    check,
  })
}

/**
 * Explains the state of a port: that it is free, or what keeps it from being bound, which process has
 * it, and what to do.
 *
 * @example
 * const { summary, advice } = await explainPort(3000)
 * console.log(summary) // TCP port 3000 is in use.
 *
 * @throws As `checkPort`.
 */
export async function explainPort(port: number, options?: CheckOptions): Promise<Explanation> {
  const check = await checkPort(port, options)
  return explainCheck(check, null, check.free ? null : await alternativeTo(check))
}

function explainConnection(
  { port, host, protocol }: ParsedError,
  check: PortCheck | null,
): Explanation {
  const where = port === null ? 'The port' : `Port ${port}`
  const listening = check?.holders.some(({ state }) => state === 'LISTEN') === true
  const elsewhere = check?.obstacles.includes('address') === true
  const reasons = listening
    ? ['A server listens there now: it had not started yet, or its backlog was full.']
    : elsewhere
      ? [`${check.host} is not an address of this machine: check there whether a server listens.`]
      : ['No server listens there on this machine.']
  return finish({
    code: 'ECONNREFUSED',
    port,
    protocol: protocol ?? 'tcp',
    host,
    path: null,
    summary: `${where} refused the connection.`,
    reasons,
    advice: [`Start the server first; "socktable wait ${port ?? 'PORT'}" waits until it listens.`],
    alternative: null,
    check,
  })
}

/** Quoted for a shell where needed. */
const quoted = (path: string): string =>
  /^[\w./@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`

/** A Unix socket or a named pipe of Windows, which has a path and no port. */
function explainPath(path: string, code: string | null): Explanation {
  const denied = code === 'EACCES'
  const isFile = !/^[@\0\\]/.test(path)
  return finish({
    ...{ code, port: null, protocol: 'tcp', host: null, path, alternative: null, check: null },
    summary: denied
      ? `${path} cannot be created or opened.`
      : `${path} is in use, or was left behind.`,
    reasons: [
      `That is the path of a ${isFile ? 'Unix socket' : 'local socket'}, not a port.`,
      denied
        ? 'Creating a socket there needs the right to write to its folder.'
        : 'Another process listens on it' +
          (isFile ? ', or one that has ended left the file.' : '.'),
    ],
    advice: denied
      ? ['Use a path in a folder of this user, or change the permissions of that folder.']
      : [
          'If it is an earlier run of your own server, stop it where it was started.',
          ...(isFile
            ? [`If no process listens on it any more, remove it: rm -- ${quoted(path)}`]
            : []),
        ],
  })
}

function explainWithoutPort({ code, host, protocol, path }: ParsedError): Explanation {
  if (path !== null) return explainPath(path, code)
  const general: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: ['The address is in use.', 'Find the port and run "socktable who PORT".'],
    EACCES: ['The bind was not permitted.', 'Use a port from 1024 on.'],
    EADDRNOTAVAIL: ['The address is not one of this machine.', 'Leave the host out.'],
    EAFNOSUPPORT: ['This system does not support the address family.', 'Listen on 0.0.0.0.'],
  }
  const [summary, step] = general[code ?? ''] ?? ['That is not a bind error.', '']
  const advice = step === '' ? [] : [step]
  const where = { port: null, protocol: protocol ?? 'tcp', host, path: null } as const
  const about = { code, ...where, alternative: null }
  return finish({ ...about, summary, reasons: [], advice, check: null })
}

/**
 * Explains an error of `listen`, `bind` or `connect`, or the text of one as a program in any language
 * printed it, by the present state of the port that it names.
 *
 * @example
 * server.on('error', async (error) => {
 *   console.error((await explainError(error)).text)
 * })
 *
 * @throws `ERR_INVALID_ARG_TYPE` where it is neither an error nor text; else as `checkPort`.
 */
export async function explainError(
  error: unknown,
  options?: BindTargetOptions,
): Promise<Explanation> {
  const values = checkOptions(options, BIND_TARGET_OPTIONS)
  const parsed = readError(error)
  const { code, port, host, protocol } = parsed
  if (port === null) {
    return code === 'ECONNREFUSED' ? explainConnection(parsed, null) : explainWithoutPort(parsed)
  }
  const target = {
    ...(host !== null && { host }),
    ...(protocol !== null && { protocol }),
    ...values,
  }
  const check = await checkPort(port, target)
  if (code === 'ECONNREFUSED') return explainConnection(parsed, check)
  return explainCheck(check, code, check.free ? null : await alternativeTo(check))
}
