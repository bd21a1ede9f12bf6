/** The socket units of systemd (systemd.socket(5)), from their files. */

import { readFileSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

// systemd.unit(5), "Unit file load path".
const SYSTEM_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]

const userFolders = (): string[] => [
  join(homedir(), '.config/systemd/user'),
  '/etc/systemd/user',
  '/run/systemd/user',
  '/usr/lib/systemd/user',
]

function textsIn(folder: string): [name: string, text: string][] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.socket'))
    return names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])
  } catch {
    return [] // no such folder, or a file that only root may read
  }
}

/** Whether the file of a unit has it listen on a port: "8080", "127.0.0.1:8080", "[::1]:8080". */
export function listensOn(text: string, port: number): boolean {
  return RegExp(`^\\s*Listen(?:Stream|Datagram)\\s*=\\s*(?:\\S*:)?${port}\\s*$`, 'm').test(text)
}

/** The names of the units that listen on a port. */
export function socketUnits(port: number, ofUser: boolean): string[] {
  const folders = ofUser ? userFolders() : SYSTEM_FOLDERS
  const found = folders.flatMap(textsIn).filter(([, text]) => listensOn(text, port))
  return [...new Set(found.map(([name]) => name))]
}
