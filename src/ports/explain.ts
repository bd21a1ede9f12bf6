/** Explains in words what is wrong with a port, which process has it and what to do. */

import { usersOf } from '../users.ts'
import { adviceFor } from './advice.ts'
import { checkPort } from './check.ts'
import type { CheckOptions, PortCheck } from './port-check.ts'
import { type Explanation, finish } from './explanation.ts'
import { readError } from './error-text/error.ts'
import type { ParsedError } from './error-text/parsed.ts'
import { findFreePort } from './free/find.ts'
import { BIND_TARGET_OPTIONS, type BindTargetOptions } from './bind-targets.ts'
import { SUMMARY, at, ownerOf, reasonsFor } from './reasons.ts'
import { checkOptions } from '../validate.ts'

/** How many ports to try for an alternative. */
const ALTERNATIVES = 100

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
