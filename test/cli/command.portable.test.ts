import { describe, expect, test } from 'vitest'
import type { SocketTable } from '../../src/index.ts'
import { socktable } from './run.ts'
import { otherServer } from '../support/holders.ts'
import { connection, listen, unusedPort } from '../support/own-sockets.ts'

test('socktable without arguments shows listeners with their owners', async () => {
  const other = await otherServer()
  const { code, stdout, stderr } = socktable()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    new RegExp(`^tcp +127\\.0\\.0\\.1:${other.port} +LISTEN +${other.pid} `, 'm'),
  )
})

describe('who', () => {
  test('shows the listener on a port and its connections', async () => {
    const { server, port } = await listen('127.0.0.1')
    await connection(server, '127.0.0.1')
    const { code, stdout, stderr } = socktable('who', String(port))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`:${port} +LISTEN +${process.pid} `))
    expect(stdout).toContain(`connections on port ${port}:`)
  })

  test('ends with exit code 1 for a port that is free', async () => {
    expect(socktable('who', String(await unusedPort()), '--json')).toMatchObject({ code: 1 })
  })
})

test('list --json prints the table', async () => {
  const { port } = await listen('127.0.0.1')
  const { code, stdout } = socktable('list', '--port', String(port), '--json')
  expect(code).toBe(0)
  const table = JSON.parse(stdout) as SocketTable
  expect(table.rows).toMatchObject([{ localPort: port, pid: process.pid, state: 'LISTEN' }])
})

test('a wrong argument is named on stderr, with exit code 2', () => {
  const { code, stdout, stderr } = socktable('who', '70000')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('from 0 to 65535')
})

test('help is ASCII, which every code page of a console has', () => {
  for (const words of [['--help'], ['list', '--help'], ['who', '--help']]) {
    expect(socktable(...words).stdout).toMatch(/^[\n -~]+$/)
  }
})
