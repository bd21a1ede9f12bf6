// Where scripts keep what takes long to fetch or to make, from one clone and one run to the next.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const root = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'socktable')

/**
 * The folder of that name, which `make` fills the first time. One that was not finished does not
 * count; a new name is a new folder, so names say what is in it, with versions.
 */
export function cached(name, make) {
  const folder = join(root, name)
  if (existsSync(folder)) return folder
  const making = `${folder}.${process.pid}`
  mkdirSync(making, { recursive: true })
  try {
    make(making)
    renameSync(making, folder)
  } catch (error) {
    rmSync(making, { recursive: true, force: true })
    throw error
  }
  return folder
}

/** The folder of a package of the npm registry as it is published: nothing is installed with it. */
export function npmPackage(name) {
  return cached(`runtime-${name.replace('/', '+')}`, (folder) => {
    console.log(`fetching ${name}`)
    execFileSync('npm', ['pack', '--silent', name, '--pack-destination', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [archive] = readdirSync(folder)
    execFileSync('tar', ['xzf', archive, '--strip-components=1'], { cwd: folder })
    rmSync(join(folder, archive))
  })
}
