// The systems and processors that the addon is made for, named as the files in prebuilds/ are.
export const TARGETS = [
  'linux-x64-glibc',
  'linux-x64-musl',
  'linux-arm64-glibc',
  'linux-arm64-musl',
  'linux-arm-glibc',
  'linux-arm-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
  'win32-ia32',
]

/** How each was used, by those of `runtimes` that did: the table of docs/systems.md. */
export function targetsTable(runtimes) {
  const rows = TARGETS.map((target) => {
    const own = runtimes.filter((runtime) => runtime.target === target)
    const names = own.map(({ name }) => name).join(', ')
    // "Node.js 20, 22" for "Node.js 20, Node.js 22".
    const used = names.replaceAll(', Node.js ', ', ') || 'build verified; not run yet'
    return `| ${target} | ${used} | ${own[0]?.on ?? ''} |\n`
  })
  return `| addon for | used with | on |\n| --- | --- | --- |\n${rows.join('')}`
}
