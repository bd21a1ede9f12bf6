import { describe, expect, test } from 'vitest'
import { otherServer } from '../support/holders.ts'
import { socktable } from './run.ts'

describe('commands about ports', () => {
  test('check, explain, free and wait answer by exit code and text', async () => {
    const other = await otherServer()
    const at = ['--host', '127.0.0.1']
    expect(socktable('check', String(other.port), ...at)).toMatchObject({ code: 1, stderr: '' })
    const explained = socktable('explain', `listen EADDRINUSE 127.0.0.1:${other.port}`)
    expect(explained.stdout).toContain(`(PID ${other.pid})`)
    const free = socktable('free', ...at)
    expect(free).toMatchObject({ code: 0, stderr: '' })
    expect(socktable('check', free.stdout.trim(), ...at)).toMatchObject({ code: 0 })
    expect(socktable('wait', String(other.port))).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(socktable('wait', free.stdout.trim(), '--timeout', '0.1').code).toBe(1)
  })

  test('run gives its program a port and ends with its exit code', () => {
    const script = 'console.log(process.env.PORT); process.exit(7)'
    const { code, stdout } = socktable('run', '--', process.execPath, '-e', script)
    expect(code).toBe(7)
    expect(Number(stdout)).toBeGreaterThan(1023)
  })

  test.each([
    [['check'], 'check needs a port'],
    [['check', '0'], 'from 1 to 65535'],
    [['check', '80abc'], 'from 0 to 65535'],
    [['free', '9-8'], 'runs backwards'],
    [['wait', '1', '2'], 'one port'],
    [['wait', '1', '--timeout', 'x'], 'number of seconds'],
    [['run', 'node'], 'behind "--"'],
    [['explain'], 'needs a port'],
  ])('%j is refused with exit code 2', (words, message) => {
    const { code, stdout, stderr } = socktable(...words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  test.each(['check', 'explain', 'free', 'run', 'wait'])(
    '%s --help is ASCII and at most 80 columns wide',
    (name) => {
      const { code, stdout } = socktable(name, '--help')
      expect(code).toBe(0)
      expect(stdout).toMatch(/^[\n -~]+$/)
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    },
  )
})
