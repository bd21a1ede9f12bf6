import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { until } from '../support/children.ts'
import { otherServer } from '../support/holders.ts'
import { listen } from '../support/own-sockets.ts'
import { needs } from '../support/requirements.ts'
import { Screen } from '../support/tmux.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'socktable-watch-'))
const screens: Screen[] = []

afterEach(() => {
  for (const screen of screens.splice(0)) screen.close()
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Writes a script that runs the command and leaves its PID, its exit code and the modes of the
 * terminal before and after it in files; returns how to start it. */
function scriptFor(...options: string[]): string {
  const file = (name: string) => join(folder, name)
  const command = [process.execPath, MAIN, 'watch', '--interval', '0.05', ...options].join(' ')
  const lines = [
    `rm -f ${file('code')}`,
    `stty -g > ${file('before')}`,
    `sh -c 'echo $$ > ${file('pid')}; exec ${command}'`,
    `code=$?; stty -g > ${file('after')}; echo $code > ${file('code')}`,
  ]
  writeFileSync(file('script'), lines.map((line) => `${line}\n`).join(''))
  return `sh ${file('script')}`
}

const fileText = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
const exitCode = () =>
  until('it has ended', () => {
    try {
      return fileText('code') || undefined
    } catch {
      return undefined
    }
  })

async function open(
  options: readonly string[] = ['-l'],
  size: readonly [number, number] = [100, 20],
) {
  const screen = new Screen(...size)
  screens.push(screen)
  await screen.shows('$')
  screen.command('echo was here')
  await screen.shows(/^was here/m)
  screen.command(scriptFor(...options))
  await screen.shows('q quit')
  return screen
}

const canRun = needs(spawnSync('tmux', ['-V']).status === 0, 'tmux')

describe.runIf(canRun)('the live table (needs tmux)', () => {
  test('marks what opens and what closes, for a moment', async () => {
    const screen = await open()
    const { port, process: child } = await otherServer()
    const line = (await screen.shows(new RegExp(`^ \\+tcp .*:${port} .*$`, 'm')))
      .split('\n')
      .find((each) => each.includes(`:${port} `))
    expect(line).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} +LISTEN +${child.pid} +node$`))
    expect(screen.text('-e')).toMatch(new RegExp(`\u001b\\[32m.* \\+tcp .*:${port} `))
    await screen.shows(new RegExp(`^ {2}tcp .*:${port} `, 'm'))
    child.kill()
    await screen.shows(new RegExp(`^ -tcp .*:${port} `, 'm'))
    await until('the closed one is gone', () => !screen.text().includes(`:${port} `))
  })

  test('is filtered by typing and sorted by keys', async () => {
    const servers = [await listen('127.0.0.1'), await listen('127.0.0.1')]
    const ports = servers.map(({ port }) => port).sort((a, b) => a - b) as [number, number]
    const screen = await open()
    const order = (text: string) =>
      ports.map((port) => text.indexOf(`:${port} `)).map((at, _, [first = 0]) => at >= first)
    expect(order(await screen.shows(`:${ports[1]} `))).toEqual([true, true])
    screen.press('r')
    expect(order(await screen.shows('by local, reversed'))).toEqual([true, false])
    screen.press('Right')
    await screen.shows('by remote')
    screen.press('<', '<')
    await screen.shows('by protocol')
    screen.type(`/listen :${ports[0]}`)
    expect(await screen.shows(/; 1 shown/)).not.toContain(`:${ports[1]} `)
    screen.press('Enter')
    await screen.shows(`filter: listen :${ports[0]}   q quit`)
    screen.press('Escape')
    await screen.shows(`:${ports[1]} `)
  })

  test('explains the port of the selected socket', async () => {
    const { port } = await listen('127.0.0.1')
    const screen = await open(['--port', String(port)])
    screen.press('e')
    await screen.shows('select a socket first')
    screen.press('Down')
    await screen.shows(/^> *\+?tcp/m)
    screen.press('Enter')
    await screen.shows(`TCP port ${port} is in use.`)
    screen.press('Space')
    await screen.shows(/^> *\+?tcp/m)
  })

  test('shows a long explanation page by page', async () => {
    const { port } = await listen('127.0.0.1')
    const screen = await open(['--port', String(port)], [60, 6])
    screen.press('Down', 'e')
    await screen.shows('press any key for more')
    expect(screen.text()).toContain(`TCP port ${port} is in use.`)
    screen.press('Space')
    expect(await screen.shows('press any key to go back')).toContain('Free close by')
    screen.press('Space')
    await screen.shows('q quit')
  })

  test('ends the process of the selected socket, after a question', async () => {
    const { port, process: child } = await otherServer()
    const screen = await open(['--port', String(port)])
    await screen.shows(`:${port} `)
    screen.press('Down', 'k')
    await screen.shows(new RegExp(`^End ${child.pid} node\\? y/N`, 'm'))
    screen.press('n')
    await screen.shows('nothing was done')
    screen.press('k')
    await screen.shows('y/N')
    screen.press('y')
    await screen.shows(`${child.pid} node ended`)
    await screen.shows(new RegExp(`^>-tcp .*:${port} `, 'm'))
    expect(await until('it has ended', () => child.signalCode ?? undefined)).toBe('SIGTERM')
  })

  test('fits the terminal when that changes', async () => {
    const { port } = await listen('127.0.0.1')
    const screen = await open()
    await screen.shows(`:${port} `)
    for (const [columns, lines] of [
      [40, 8],
      [120, 30],
      [12, 3],
    ] as const) {
      screen.resize(columns, lines)
      const fits = () => {
        const shown = screen.text().trimEnd().split('\n')
        return shown.length === lines && shown.every((line) => line.length <= columns)
      }
      await until(`it fits ${columns}x${lines}`, fits)
      await screen.shows(/^q quit|^filter/m)
    }
  })

  test.each([
    ['q', ['q'], '0'],
    ['Ctrl-C', ['C-c'], '130'],
  ])('%s quits and restores the terminal', async (_name, keys, code) => {
    const screen = await open()
    expect(screen.modes()).toEqual({ cursor: false, other: true })
    screen.press(...keys)
    expect(await exitCode()).toBe(code)
    await screen.shows('was here')
    expect(screen.modes()).toEqual({ cursor: true, other: false })
    expect(fileText('after')).toBe(fileText('before'))
  })

  test.each([
    ['SIGTERM', '143'],
    ['SIGINT', '130'],
  ] as const)('%s restores the terminal', async (signal, code) => {
    const screen = await open()
    process.kill(Number(fileText('pid')), signal)
    expect(await exitCode()).toBe(code)
    await screen.shows('was here')
    expect(screen.modes()).toEqual({ cursor: true, other: false })
    expect(fileText('after')).toBe(fileText('before'))
  })

  test('Ctrl-Z gives the terminal to the shell, and fg takes it back', async () => {
    const screen = await open()
    screen.press('C-z')
    await screen.shows(/Stopped|suspended/i)
    expect(screen.modes()).toEqual({ cursor: true, other: false })
    screen.command('fg')
    await screen.shows('q quit')
    expect(screen.modes()).toEqual({ cursor: false, other: true })
    screen.press('q')
    expect(await exitCode()).toBe('0')
  })

  test('ends when its terminal is closed', async () => {
    const screen = await open()
    const pid = Number(fileText('pid'))
    screen.close()
    await until('its process has ended', () => {
      try {
        return !process.kill(pid, 0)
      } catch {
        return true
      }
    })
  })

  test('an error restores the terminal and is printed there', async () => {
    const screen = new Screen(100, 20)
    screens.push(screen)
    await screen.shows('$')
    screen.command(scriptFor('--source', 'iphlpapi'))
    expect(await exitCode()).toBe('3')
    await screen.shows('socktable: ENOTSUP')
    expect(screen.modes()).toEqual({ cursor: true, other: false })
    expect(fileText('after')).toBe(fileText('before'))
  })
})
