import { describe, expect, test } from 'vitest'
import { explainPort, killPort, terminate } from '../../src/index.ts'
import { publisherAdvice } from '../../src/processes/publishers.ts'
import { listensOn } from '../../src/processes/socket-units.ts'
import { until } from '../support/children.ts'
import { isAlive, otherServer } from '../support/holders.ts'
import { socktable } from '../cli/run.ts'

test.each([
  ['docker-proxy', /docker stop/],
  ['dockerd', /docker stop/],
  ['Com.Docker.Backend.exe', /docker stop/],
  ['rootlessport-chi', /podman stop/],
  ['conmon', /podman stop/],
  ['containerd-shim-runc-v2', /container/],
  ['pasta.avx2', /container/],
  ['kubelet', /kubectl/],
  ['k3s-server', /kubectl/],
  ['incusd', /incus/],
  ['wslrelay.exe', /wsl --shutdown/],
  ['qemu-system-x86', /virtual machine/],
  ['VBoxHeadless', /virtual machine/],
  ['xinetd', /configuration/],
])('%s listens for others, and what helps is said', (name, words) => {
  expect(publisherAdvice(name, 8080)).toMatch(words)
})

test.each(['node', 'nginx', 'docker-proxy2', 'my-dockerd', 'python3', 'ssh', 'java', null])(
  '%s listens for itself',
  (name) => {
    expect(publisherAdvice(name, 8080)).toBeNull()
  },
)

describe('a program that listens for others', () => {
  // Cut at 15 characters, as the kernel keeps names.
  test.each(['dockerd', 'Docker-Proxy', 'rootlesskit', 'systemd'])('%s stays', async (title) => {
    const { pid, port } = await otherServer(['--title', title])
    const reason = title === 'systemd' ? 'system' : 'proxy'
    const { processes } = await killPort(port, { settle: 0 })
    expect(processes).toMatchObject([{ pid, outcome: 'refused', reason }])
    expect(processes[0]?.advice).toMatch(/stop/)
    expect((await terminate(pid)).processes).toMatchObject([{ outcome: 'refused', reason }])
    expect(isAlive(pid)).toBe(true)
    const { advice } = await explainPort(port, { host: '127.0.0.1' })
    expect(advice.join()).not.toContain('socktable kill')
    expect(advice.join()).toMatch(/stop/)
  })
})

test('the advice about a server is to end it as kill would', async () => {
  const { port, pid, process: child } = await otherServer()
  expect((await explainPort(port, { host: '127.0.0.1' })).advice.join()).toContain(
    `"socktable kill ${port}"`,
  )
  expect(socktable('kill', '--pid', String(pid), '--dry-run')).toMatchObject({
    code: 0,
    stdout: `${pid} node would be ended\n`,
  })
  expect(socktable('kill', '--pid', String(pid), '--yes')).toMatchObject({
    code: 0,
    stdout: `${pid} node ended\n`,
  })
  await until('it is seen to have ended', () => child.signalCode === 'SIGTERM')
})

test('kill --pid refuses as kill by port does', async () => {
  const { pid } = await otherServer(['--title', 'dockerd'])
  const { code, stdout } = socktable('kill', '--pid', String(pid), '--yes')
  expect([code, stdout]).toEqual([3, expect.stringContaining('was left alone')])
  expect(socktable('kill', '--pid', String(process.pid), '--yes').stdout).toContain(
    'this command descends from it',
  )
  expect(socktable('kill', '--pid', '2147483647', '--yes').code).toBe(1)
  expect(socktable('kill', '80', '--pid', '1')).toMatchObject({ code: 2 })
})

test('the port in the file of a socket unit', () => {
  const unit = (value: string) => `[Unit]\n[Socket]\nListenStream = ${value}\nBindIPv6Only=both\n`
  for (const value of ['8080', '127.0.0.1:8080', '[::1]:8080', '*:8080']) {
    expect(listensOn(unit(value), 8080)).toBe(true)
  }
  for (const value of ['18080', '80801', '/run/8080', '8080/x']) {
    expect(listensOn(unit(value), 8080)).toBe(false)
  }
})
