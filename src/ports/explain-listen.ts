/** Explains the listen errors of a server, and ends the process only where the error would. */

import { errorMonitor } from 'node:events'
import { isMainThread } from 'node:worker_threads'
import { invalidType, isRevoked } from '../errors.ts'
import { explainError } from './explain.ts'
import type { BindTargetOptions } from './bind-targets.ts'
import { checkBoolean, checkOption, checkOptions } from '../validate.ts'

/** Options of `explainListenErrors`. */
export interface ExplainOptions {
  /**
   * Whether to end the process with exit code 1 where nothing else handles the error, as the uncaught
   * error would.
   *
   * @default true
   */
  readonly exit?: boolean
}

/**
 * A server that emits its errors: of `net`, `http`, `https`, `http2` or `tls`, or a socket of `dgram`.
 */
export interface ListeningServer {
  /** As of `EventEmitter`. */
  on(event: string | symbol, listener: (...values: never[]) => void): unknown
  /** As of `EventEmitter`. */
  once(event: string | symbol, listener: (...values: never[]) => void): unknown
  /** As of `EventEmitter`. */
  listenerCount(event: string | symbol): number
}

type Emitter = ListeningServer & { readonly domain?: unknown; readonly listening?: unknown }

function isEmitter(value: unknown): value is Emitter {
  if (typeof value !== 'object' || value === null || isRevoked(value)) return false
  const { on, once, listenerCount } = value as Partial<Record<keyof ListeningServer, unknown>>
  return [on, once, listenerCount].every((method) => typeof method === 'function')
}

/** Whether an error that no listener handles would still reach code of the program. */
function isCaughtElsewhere(domain: unknown): boolean {
  if (domain !== undefined && domain !== null) return true
  return (
    process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()
  )
}

/** A socket of dgram binds and does not listen. */
function protocolOf(server: object): BindTargetOptions {
  const { bind, listen } = server as { bind?: unknown; listen?: unknown }
  const isUdp = typeof bind === 'function' && typeof listen !== 'function'
  return isUdp ? { protocol: 'udp' } : {}
}

async function textFor(error: NodeJS.ErrnoException, options: BindTargetOptions): Promise<string> {
  try {
    return `${error.message}\n${(await explainError(error, options)).text}\n`
  } catch {
    return `${error.message}\n`
  }
}

/** Writes to stderr, whose reader may be gone, and calls back when that is done. */
function write(text: string, done: () => void): void {
  const { stderr } = process
  const ignore = () => undefined
  stderr.on('error', ignore)
  stderr.write(text, () => {
    // The error is emitted after the callback.
    setImmediate(() => stderr.off('error', ignore))
    done()
  })
}

/** Servers that are handled already. */
const handledServers = new WeakSet<object>()

/**
 * Prints an explanation of a server's listen errors on stderr: which process has the port and what to
 * do. Without another handler of the error the process then ends with exit code 1, as it would with the
 * uncaught error. Returns the server, of `net`, `http`, `https`, `http2`, `tls` or `dgram`.
 *
 * Where something else handles the error (another listener of `error`, whenever it was added,
 * `events.once(server, 'listening')`, or a handler of `uncaughtException`), the explanation is printed
 * unless the server listens by then, and the process continues. Errors of other calls than `listen`
 * and `bind` are ignored. A handler that ends the process immediately ends it before the explanation
 * is ready. In a worker thread the error goes to the thread that started it.
 *
 * @example
 * const server = createServer()
 * explainListenErrors(server).listen(3000)
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` where `server` emits no events.
 */
export function explainListenErrors<Server extends ListeningServer>(
  server: Server,
  options?: ExplainOptions,
): Server {
  if (!isEmitter(server)) throw invalidType('server', 'an instance of net.Server', server)
  const values = checkOptions(options, ['exit'])
  const exit = checkOption(values, 'exit', checkBoolean, true)
  if (handledServers.has(server)) return server
  handledServers.add(server)
  // Emitted before the listeners of "error" run, so that those that remove themselves still count.
  server.on(errorMonitor, (error: NodeJS.ErrnoException | null | undefined) => {
    if (error?.syscall !== 'listen' && error?.syscall !== 'bind') return
    const handled = server.listenerCount('error') > 0 || isCaughtElsewhere(server.domain)
    // Without a listener the error is thrown, which in a worker passes it to the parent thread.
    const handles = !handled && isMainThread
    if (handles) server.once('error', () => undefined)
    void textFor(error, protocolOf(server)).then((text) => {
      if (handled && server.listening === true) return
      write(text, () => {
        if (exit && handles) process.exit(1)
      })
    })
  })
  return server
}
