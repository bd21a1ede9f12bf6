import { describe, expect, test } from 'vitest'
import type { NativeRole } from '../../src/binding.ts'
import { isSystemProgram, windowsReason } from '../../src/processes/windows-roles.ts'

const role = (pid: number, critical: boolean | null, services: string[] = []): NativeRole => ({
  pid,
  critical,
  services,
})

describe('what Windows does not live without', () => {
  test.each([
    ['csrss.exe', role(1, true), 'critical'],
    ['anything.exe', role(1, true, ['Svc']), 'critical'],
    ['svchost.exe', role(1, false, ['Dhcp', 'EventLog']), 'service'],
    ['postgres.exe', role(1, null, ['postgresql-x64-16']), 'service'],
    ['svchost.exe', role(1, null), 'system'],
    ['LSASS.EXE', undefined, 'system'],
    ['Memory Compression', undefined, 'system'],
    ['node.exe', role(1, false), null],
    ['node.exe', role(1, null), null],
    [null, undefined, null],
  ])('%s with %j: %s', (name, known, reason) => {
    const roles = new Map(known === undefined ? [] : [[1, known]])
    expect(windowsReason({ pid: 1, name }, roles)).toBe(reason)
  })

  test.each(['lsass', 'Lsass.exe', 'WININIT.EXE', 'services.exe', 'smss.exe', 'System', 'dwm.exe'])(
    '%s is a part of it',
    (name) => {
      expect(isSystemProgram(name)).toBe(true)
    },
  )

  test.each(['lsass.exe.exe', 'mylsass.exe', 'node.exe', 'svchost2.exe', 'systemd', ''])(
    '%s is not',
    (name) => {
      expect(isSystemProgram(name)).toBe(false)
    },
  )
})
