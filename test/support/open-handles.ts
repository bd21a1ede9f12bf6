import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

/** Descriptors or handles that this process has open. */
export function openHandles(): number {
  if (process.platform !== 'win32') return readdirSync('/dev/fd').length
  const program = process.env['SOCKTABLE_HANDLES']
  if (program !== undefined) {
    return Number(execFileSync(program, [String(process.pid)], { encoding: 'utf8' }))
  }
  const line = `(Get-Process -Id ${process.pid}).HandleCount`
  return Number(execFileSync('powershell', ['-NoProfile', '-Command', line], { encoding: 'utf8' }))
}
