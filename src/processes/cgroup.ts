/** The cgroup and the systemd unit of a process: pure functions of proc_pid_cgroup(5). */

interface Hierarchy {
  /** Empty for the unified one (cgroup v2). */
  readonly controllers: string
  readonly path: string
}

function hierarchies(text: string): Hierarchy[] {
  return text.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    return controllers === undefined || path === undefined ? [] : [{ controllers, path }]
  })
}

/** The path in the hierarchy that systemd or another manager of cgroups uses. */
export function cgroupOf(text: string): string | null {
  const all = hierarchies(text)
  const unified = all.find(({ controllers }) => controllers === '')
  const systemd = all.find(({ controllers }) => controllers === 'name=systemd')
  // With both hierarchies mounted, only systemd uses the unified one, if at all.
  const used = [unified, systemd].find((one) => one !== undefined && one.path !== '/')
  return (used ?? unified ?? systemd)?.path ?? null
}

/** The innermost unit. Slices group units and run nothing themselves. */
export function unitOf(text: string): string | null {
  const names = (cgroupOf(text) ?? '').split('/')
  return names.findLast((name) => /.\.(service|scope|socket|mount|swap)$/.test(name)) ?? null
}
