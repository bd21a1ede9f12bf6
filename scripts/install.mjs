// What npm runs when the package is installed and scripts are allowed: builds the addon where none
// loads. In a clone there is no dist/ yet at the first time, and it is built.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const file = new URL('../dist/binding.js', import.meta.url)

// node-gyp-build would try the addon for glibc where musl is not Alpine's, and build then.
async function loads() {
  if (!existsSync(file)) return false
  const { binding } = await import(file)
  try {
    return binding() !== null
  } catch (error) {
    console.error(error.message)
    // With a flag that forbids addons (NODE_OPTIONS=--no-addons) none that is built would load.
    return error.cause?.code === 'ERR_DLOPEN_DISABLED'
  }
}

if (!(await loads())) {
  // npm has it on the PATH of scripts, and node-gyp too.
  const { status } = spawnSync('node-gyp-build', { shell: true, stdio: 'inherit' })
  if (status !== 0) {
    console.error(
      `socktable: no addon for ${process.platform}-${process.arch} could be built. On Linux, macOS and ` +
        'Windows that takes a C++17 compiler, make and Python 3. "npm install --ignore-scripts" ' +
        'installs the package without one, and reading sockets throws ERR_SOCKTABLE_ADDON.',
    )
  }
  process.exitCode = status === 0 ? 0 : 1
}
