import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { binding } from '../../src/binding.ts'
import { watchSockets } from '../../src/index.ts'
import { evaluate } from '../support/evaluate.ts'
import { startWatch, take, watch } from '../support/watching.ts'

/** A query that nothing answers: the next set never comes. */
const QUIET = { localPort: 1, interval: 60_000 }

test('options are checked before anything is read', () => {
  const open = vi.spyOn(binding(), 'openWatcher')
  const wrong: [options: object, code: string][] = [
    [{ interval: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ interval: 1.5 }, 'ERR_OUT_OF_RANGE'],
    [{ interval: '1' }, 'ERR_INVALID_ARG_TYPE'],
    [{ persistent: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ signal: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ every: 1 }, 'ERR_INVALID_ARG_VALUE'],
    [{ localPort: 70_000 }, 'ERR_OUT_OF_RANGE'],
  ]
  for (const [options, code] of wrong) {
    expect(() => watchSockets(options)).toThrow(expect.objectContaining({ code }) as Error)
  }
  expect(open).not.toHaveBeenCalled()
  open.mockRestore()
})

test('nothing is read before the first set is asked for', async () => {
  const poll = vi.spyOn(binding(), 'poll')
  const watcher = watch(QUIET)
  expect(poll).not.toHaveBeenCalled()
  await take(watcher)
  expect(poll).toHaveBeenCalledOnce()
  poll.mockRestore()
})

test('reads never overlap, however many sets are asked for', async () => {
  const watcher = watch({ localPort: 1 })
  const poll = vi.spyOn(binding(), 'poll')
  let running = 0
  poll.mockImplementation((_, receive) => {
    running++
    setTimeout(() => {
      running--
      receive(null, { errno: 5, syscall: 'test' })
    }, 10)
    expect(running).toBe(1)
    return () => undefined
  })
  const results = await Promise.allSettled([watcher.next(), watcher.next(), watcher.next()])
  poll.mockRestore()
  expect(results).toMatchObject([
    { status: 'rejected', reason: { code: 'EIO', syscall: 'test' } },
    { status: 'fulfilled', value: { done: true } },
    { status: 'fulfilled', value: { done: true } },
  ])
})

test('the interval lies between the beginnings of two reads', async () => {
  const poll = vi.spyOn(binding(), 'poll')
  const begun = performance.now()
  const watcher = watch({ localPort: 1, interval: 100 })
  await take(watcher)
  void watcher.next()
  await vi.waitFor(() => {
    expect(poll).toHaveBeenCalledTimes(4)
  })
  poll.mockRestore()
  expect(performance.now() - begun).toBeGreaterThanOrEqual(299)
})

describe('close()', () => {
  test('ends what is waited for at once', async () => {
    const watcher = await startWatch(QUIET)
    const waiting = watcher.next()
    watcher.close()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await watcher.next()).toEqual({ done: true, value: undefined })
    watcher.close()
  })

  test('ends a read', async () => {
    const watcher = watch()
    const reading = watcher.next()
    watcher.close()
    expect(await reading).toEqual({ done: true, value: undefined })
  })

  test('before the first read leaves nothing to take', async () => {
    const watcher = watch()
    watcher.close()
    expect(await watcher.next()).toEqual({ done: true, value: undefined })
  })
})

describe('a signal', () => {
  test.each([new Error('enough'), 'enough', 0, null])(
    'ends it with the reason %s',
    async (reason) => {
      const controller = new AbortController()
      const watcher = await startWatch({ ...QUIET, signal: controller.signal })
      const waiting = watcher.next()
      controller.abort(reason)
      await expect(waiting).rejects.toBe(reason)
      expect(await watcher.next()).toEqual({ done: true, value: undefined })
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    },
  )

  test('ends it while nothing is waited for', async () => {
    const controller = new AbortController()
    const watcher = await startWatch({ ...QUIET, signal: controller.signal })
    controller.abort('enough')
    await expect(watcher.next()).rejects.toBe('enough')
  })

  test('that is aborted lets nothing begin', async () => {
    const poll = vi.spyOn(binding(), 'poll')
    await expect(watch({ signal: AbortSignal.abort('enough') }).next()).rejects.toBe('enough')
    expect(poll).not.toHaveBeenCalled()
    poll.mockRestore()
  })
})

test('breaking out of a loop closes it', async () => {
  const close = vi.spyOn(binding(), 'closeWatcher')
  const controller = new AbortController()
  const watcher = watch({ ...QUIET, signal: controller.signal })
  for await (const { opened } of watcher) {
    expect(opened).toEqual([])
    break
  }
  expect(close).toHaveBeenCalledOnce()
  close.mockRestore()
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  expect(await watcher.next()).toEqual({ done: true, value: undefined })
})

test('an error of a read ends it', async () => {
  const watcher = watch({ pid: 2 ** 31 - 1 })
  await expect(watcher.next()).rejects.toMatchObject({ code: 'ESRCH' })
  expect(await watcher.next()).toEqual({ done: true, value: undefined })
})

describe('a process', () => {
  const code = (options: string) => `
    const watcher = m.watchSockets({ localPort: 1, interval: 100, ${options} })
    await watcher.next()
    void watcher.next()
    let end = 'exited'
    process.on('exit', () => console.log(JSON.stringify(end)))
    setTimeout(() => process.exit((end = 'alive', 0)), 500).unref()
    return new Promise(() => {})`

  test.each([
    ['persistent: true', 'alive'],
    ['persistent: false', 'exited'],
  ])('with %s is %s', (options, end) => {
    expect(evaluate(code(options))).toBe(end)
  })
})
