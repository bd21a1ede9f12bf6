/**
 * How Windows starts a program by its name. CreateProcess knows .exe files alone; what npm installs are
 * .cmd files, which cmd.exe runs. Pure, so that it is tested everywhere.
 */

import { win32 } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Names of variables have no case there. */
function variable(env: Environment, name: string): string | undefined {
  const found = Object.keys(env).find((key) => key.toUpperCase() === name)
  return found === undefined ? undefined : env[found]
}

/**
 * The file that a name stands for, as cmd.exe finds it: in the current folder, unless that is switched
 * off, then along PATH; with an extension of PATHEXT, in their order, where it has none of them. Null
 * where there is none.
 */
export function findProgram(
  name: string,
  env: Environment,
  cwd: string,
  exists: (path: string) => boolean,
): string | null {
  const list = variable(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD'
  // What stands for scripts (.JS, .VBS) is started by a shell alone.
  const extensions = list.split(';').filter((extension) => /^\.(com|exe|bat|cmd)$/i.test(extension))
  const has = extensions.some((each) => name.toLowerCase().endsWith(each.toLowerCase()))
  const names = [...(has ? [name] : []), ...extensions.map((extension) => name + extension)]
  const here = variable(env, 'NODEFAULTCURRENTDIRECTORYINEXEPATH') === undefined ? [cwd] : []
  const path = (variable(env, 'PATH') ?? '').split(';').map((folder) => folder.replaceAll('"', ''))
  const folders = /[\\/:]/.test(name) ? [cwd] : [...here, ...path.filter((folder) => folder !== '')]
  for (const folder of folders) {
    for (const each of names) {
      const file = win32.resolve(folder, each)
      if (exists(file)) return file
    }
  }
  return null
}

/**
 * An argument as it passes through cmd.exe twice, on its command line and where the file says %*, to
 * the program behind it, which takes "" within quotes for one, and a backslash before a quote for its
 * escape (Microsoft's "Parsing C command-line arguments"). A variable that is nothing, the substring
 * of length 0 of the current folder's path, keeps a percent sign from naming another one.
 */
function quoted(argument: string): string {
  const escaped = argument
    .replace(/(\\*)("|$)/g, '$1$1$2')
    .replaceAll('"', '""')
    .replaceAll('%', '%%cd:~,%')
  return `"${escaped}"`
}

/** The variables with others set, whose names have no case. */
export function withVariables(
  env: Environment,
  set: Readonly<Record<string, string>>,
): Environment {
  const names = Object.keys(set).map((name) => name.toUpperCase())
  const kept = Object.entries(env).filter(([name]) => !names.includes(name.toUpperCase()))
  return { ...Object.fromEntries(kept), ...set }
}

export interface CommandLine {
  readonly program: string
  /** Goes to the system as it is. */
  readonly args: readonly string[]
}

/** The call of cmd.exe that runs a file of its own kind; null for a file of another kind. */
export function batchCommand(
  file: string,
  args: readonly string[],
  env: Environment,
): CommandLine | null {
  if (!/\.(cmd|bat)$/i.test(file)) return null
  const broken = args.find((argument) => /[\0\r\n]/.test(argument))
  if (broken !== undefined) {
    throw new Error(`${file} can't be given an argument with a line break: cmd.exe ends there`)
  }
  const line = [file, ...args].map(quoted).join(' ')
  return {
    program: variable(env, 'COMSPEC') ?? 'cmd.exe',
    // No start scripts, "cd" as above, no "!" for variables, the outer quotes taken off.
    args: ['/d', '/e:on', '/v:off', '/s', '/c', `"${line}"`],
  }
}
