/** Says in plain words what is the matter with a port, who is responsible and what to do. */

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

/** What happened, who is responsible, and what to do now. */
export interface Explanation {
  /** Node's name of the error; null where nothing is wrong. */
  readonly code: string | null
  /** Null where the error did not say. */
  readonly port: number | null
  readonly protocol: Protocol
  readonly host: string | null
  /** The Unix socket or named pipe that the error is about; null where it is about a port. */
  readonly path: string | null
  /** One sentence. */
  readonly summary: string
  /** What is behind it, a sentence each. */
  readonly reasons: readonly string[]
  /** What to do, the safest first. */
  readonly advice: readonly string[]
  /** A free port close by; null where none was looked for or found. */
  readonly alternative: number | null
  /** What was found out about the port; null where none was known. */
  readonly check: PortCheck | null
  /** All of it for people to read, without a newline at its end. */
  readonly text: string
}

const HOW_FAR = 100

function ownerOf(row: SocketRow, users: UserNames): string {
  if (row.ownerUnknown === 'permission') return hiddenOwner(row, users)
  if (row.pid === null) return 'a process that is not known'
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
      return `Which one is hidden from this user: ${remedyForHidden(row, users)}.`
    case 'not-asked':
      return 'Its owner cannot be named: the processes cannot be read here (/proc).'
    case 'exited':
      return 'The process that made it has ended; one that inherited it keeps it open.'
    case 'not-searched':
      return 'The search for its owner ended early: too many threads may have it.'
    case 'pid-namespace':
      return (
        'Who holds it is not known: /proc belongs to another PID namespace than this process ' +
        '(mount -t proc proc /proc helps).'
      )
    case 'not-found':
      return "No process that can be seen holds it: it is the kernel's own or in another container."
    default:
      return null
  }
}

/** How the address of a socket that is in the way meets the one that was asked about. */
function how(address: string, host: string): string {
  if (address === host) return ''
  return isWildcard(address) ? `, which takes in ${host}` : `, which is a part of ${host}`
}

function reasonsFor(obstacle: PortObstacle, check: PortCheck, users: UserNames): string[] {
  const { port, protocol, host, holders, connections } = check
  switch (obstacle) {
    case 'listener':
    case 'bound':
      return holders.flatMap((row) => {
        const does = row.state === 'BOUND' ? 'is bound to' : 'listens on'
        const wide = how(row.localAddress, host)
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
        'A connection that was closed lately lingers on it (TIME_WAIT), for a minute at most; no ' +
          'process has it any more.',
      ]
    case 'privileged':
      return [
        `Ports below ${portRules().privilegedBelow} take root here` +
          (portRules().wildcardsFree
            ? ', but for a server on all addresses.'
            : ' or CAP_NET_BIND_SERVICE.'),
      ]
    case 'excluded':
      return [
        `No socket has ${protocol} port ${port}: Windows keeps a range around it for itself, most ` +
          'often for Hyper-V, WSL or Docker, and others may move at each start.',
      ]
    case 'denied':
      return ['A rule of this system forbids it (SELinux, seccomp or a setting of systemd).']
    case 'address':
      return isLinkLocal(host) && check.refusal?.code !== 'EADDRNOTAVAIL'
        ? [`${host} takes the interface that it belongs to, as in fe80::1%eth0.`]
        : [`${host} is no address of this machine.`]
    case 'family':
      return [`This system has no ${check.family}.`]
    case 'hidden':
      return [check.disagreement ?? 'The system shows nobody who has it.']
  }
}

const SUMMARY: Readonly<Record<PortObstacle, string>> = {
  listener: 'is in use',
  bound: 'is in use',
  connection: 'is in use by a connection',
  'time-wait': 'is not free yet',
  privileged: 'is a privileged one',
  excluded: 'is kept by Windows',
  denied: 'is forbidden',
  address: "can't be bound at this address",
  family: "can't be bound in this address family",
  hidden: 'is in use, and nobody shows who has it',
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
  const to = Math.min(65_535, port + HOW_FAR)
  if (to === port) return null
  // Next to a privileged port there are others of its kind.
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
    reasons.push('Whoever had it when the error came is gone by now: try again.')
  }
  if (free && code === 'EACCES') {
    reasons.push(
      'This user may bind it; whoever got the error may not, or Windows has given it back.',
    )
  }
  const aside = free ? elsewhere.filter(({ remoteAddress }) => remoteAddress === null) : []
  for (const row of aside) {
    reasons.push(
      `${ownerOf(row, users)} has the same port at another address, ${at(row)}: that is no obstacle.`,
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
 * Explains the state of a port: free, or what keeps it from being bound, by whom, and what to do.
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
    ? ['By now a server listens there: it had not started yet, or was full.']
    : elsewhere
      ? [
          `${check.host} is no address of this machine: whether a server listens has to be seen there.`,
        ]
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

/** As one word of a shell. */
const quoted = (path: string): string =>
  /^[\w./@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`

/** A Unix socket, or a named pipe of Windows, has a path and no port. */
function explainPath(path: string, code: string | null): Explanation {
  const denied = code === 'EACCES'
  const isFile = !/^[@\0\\]/.test(path)
  return finish({
    ...{ code, port: null, protocol: 'tcp', host: null, path, alternative: null, check: null },
    summary: denied
      ? `${path} cannot be made, or not be opened.`
      : `${path} is in use, or was left behind.`,
    reasons: [
      `That is the path of a ${isFile ? 'Unix socket' : 'local socket'}, and no port.`,
      denied
        ? 'Making a socket there takes the right to write to its folder.'
        : 'Another process listens on it' +
          (isFile ? ', or one that has ended left the file.' : '.'),
    ],
    advice: denied
      ? ['Take a path in a folder of this user, or change the rights to that folder.']
      : [
          'If that is your own server from before, stop it where it was started.',
          ...(isFile
            ? [`If no process listens on it any more, remove it: rm -- ${quoted(path)}`]
            : []),
        ],
  })
}

function explainWithoutPort({ code, host, protocol, path }: ParsedError): Explanation {
  if (path !== null) return explainPath(path, code)
  const general: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: ['The address is in use.', 'Find out the port and ask "socktable who PORT".'],
    EACCES: ['The bind was not allowed.', 'Take a port from 1024 on.'],
    EADDRNOTAVAIL: ["The address is none of this machine's.", 'Leave the host out.'],
    EAFNOSUPPORT: ['This system lacks the address family.', 'Listen on 0.0.0.0.'],
  }
  const [summary, step] = general[code ?? ''] ?? ['That is not a bind error.', '']
  const advice = step === '' ? [] : [step]
  const where = { port: null, protocol: protocol ?? 'tcp', host, path: null } as const
  const about = { code, ...where, alternative: null }
  return finish({ ...about, summary, reasons: [], advice, check: null })
}

/**
 * Explains an error of `listen`, `bind` or `connect`, or the text of one as a program in any language
 * printed it: looks at the port that it names as it is now.
 *
 * @throws `ERR_INVALID_ARG_TYPE` where it is neither; else as `checkPort`.
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
  const place = {
    ...(host !== null && { host }),
    ...(protocol !== null && { protocol }),
    ...values,
  }
  const check = await checkPort(port, place)
  if (code === 'ECONNREFUSED') return explainConnection(parsed, check)
  return explainCheck(check, code, check.free ? null : await alternativeTo(check))
}
