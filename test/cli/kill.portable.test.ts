import { describe, expect, test } from 'vitest'
import { otherServer } from '../support/holders.ts'
import { socktable } from './run.ts'

describe('kill and tree', () => {
  test('kill ends the process of a port, only with --yes', async () => {
    const { port, pid, process: child } = await otherServer()
    const unconfirmed = socktable('kill', String(port))
    expect(unconfirmed).toMatchObject({ code: 2, stdout: '' })
    expect(unconfirmed.stderr).toContain('--yes')
    const dry = socktable('kill', `:${port}`, '--dry-run')
    expect(dry).toMatchObject({ code: 0, stderr: '' })
    expect(dry.stdout).toContain(`${pid} `)
    expect(child.exitCode).toBeNull()
    const killed = socktable('kill', String(port), '--yes')
    expect(killed).toMatchObject({ code: 0, stderr: '' })
    expect(killed.stdout).toContain(`port ${port} is free now`)
    expect(socktable('kill', String(port), '-y')).toMatchObject({ code: 1 })
  })

  test('tree shows the process of a port below its parents', async () => {
    const { port, pid } = await otherServer()
    const { code, stdout } = socktable('tree', String(port))
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^ *\\\\- ${pid} .* <--$`, 'm'))
    expect(stdout).toContain(`${process.pid} `)
    const asked = JSON.parse(socktable('tree', '--pid', String(pid), '--json').stdout) as {
      trees: { process: { pid: number } }[]
    }
    expect(asked.trees[0]?.process.pid).toBe(pid)
    expect(socktable('tree', '2147483647', '--pid')).toMatchObject({ code: 1, stdout: '' })
  })

  test('help is ASCII and at most 80 columns wide', () => {
    for (const name of ['kill', 'tree']) {
      const { stdout } = socktable(name, '--help')
      expect(stdout).toMatch(/^[\n -~]+$/)
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    }
  })
})
