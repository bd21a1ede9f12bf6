/** Which container a cgroup's path names: pure functions over proc_pid_cgroup(5). */

import type { NativeProcessFacts } from '../binding.ts'
import type { Container } from './types.ts'

type Runtime = Container['runtime']

const ID = '([0-9a-f]{64})'

/**
 * Names of one directory. Monitors of a container ("libpod-conmon-…", "crio-conmon-…") match none
 * of them. A colon remains where a path for systemd's driver (SLICE:PREFIX:ID) was used without
 * systemd.
 */
const NAMED: readonly (readonly [name: RegExp, runtime: Runtime])[] = [
  [RegExp(`^(?:.*:)?docker[-:]${ID}(?:\\.scope)?$`), 'docker'],
  [RegExp(`^libpod-(?:payload-)?${ID}(?:\\.scope)?$`), 'podman'],
  [RegExp(`^(?:.*:)?crio[-:]${ID}(?:\\.scope)?$`), 'cri-o'],
  [RegExp(`^(?:.*:)?(?:cri-containerd|nerdctl|containerd)[-:]${ID}(?:\\.scope)?$`), 'containerd'],
  [/^lxc\.payload\.(.+)$/, 'lxc'],
]

/** Names that have a meaning only below certain directories. */
const BELOW: readonly (readonly [parent: RegExp, name: RegExp, runtime: Runtime])[] = [
  [/(?:^|\/)docker$/, RegExp(`^${ID}$`), 'docker'],
  [/(?:^|\/)(?:docker\/)?buildkit$/, /^([0-9a-z]{25})$/, 'buildkit'],
  [/^\/default$/, RegExp(`^${ID}$`), 'containerd'], // the namespace of ctr and nerdctl
  [/(?:^|\/)ecs(?:\/[^/]+){1,2}$/, RegExp(`^${ID}$`), 'docker'], // Amazon ECS on EC2
  [/(?:^|\/)ecs\/[^/]+$/, /^([0-9a-f]{32}-\d+)$/, 'containerd'], // Fargate
  // A pod's slice, also within a kubelet that runs in a container (kind: "kubelet-kubepods…").
  [/(?:^|\/)(?:kubelet-)?kubepods[^/]*(?:\/|$)/, RegExp(`^${ID}$`), 'kubernetes'],
  [/(?:^|\/)lxc(?:\.payload)?$/, /^(.+)$/, 'lxc'],
  [/(?:^|\/)mesos$/, /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, 'mesos'],
  [/(?:^|\/)garden$/, /^(.+)$/, 'garden'],
  // Any parent may be set ("docker run --cgroup-parent"): the path does not name the engine.
  [/^/, RegExp(`^${ID}$`), 'unknown'],
]

/** Undoes the escapes of systemd.unit(5): "a\x2db" is a-b. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}

/** Machines of systemd-machined. Virtual machines are not containers: their processes run elsewhere. */
function machineIn(name: string, below: string | undefined): Container | null {
  const unit =
    /^machine-(.+)\.scope$/.exec(name)?.[1] ?? /^systemd-nspawn@(.+)\.service$/.exec(name)?.[1]
  // Its monitor has a directory of its own beside "payload".
  if (unit === undefined || below === 'supervisor') return null
  const machine = unescapeUnit(unit)
  if (/^qemu-\d+-/.test(machine)) return null
  const [, domain] = /^lxc-\d+-(.+)$/.exec(machine) ?? []
  if (domain !== undefined) return { runtime: 'libvirt-lxc', id: domain }
  return { runtime: 'nspawn', id: machine }
}

function containerAt(names: readonly string[], at: number): Container | null {
  const name = names[at] as string
  for (const [pattern, runtime] of NAMED) {
    const id = pattern.exec(name)?.[1]
    if (id !== undefined) return { runtime, id }
  }
  const machine = machineIn(name, names[at + 1])
  if (machine !== null) return machine
  const parent = names.slice(0, at).join('/')
  for (const [above, pattern, runtime] of BELOW) {
    const id = above.test(parent) ? pattern.exec(name)?.[1] : undefined
    if (id !== undefined) return { runtime, id }
  }
  return null
}

/** The innermost: an engine may run in a container itself (kind, Docker in Docker). */
function containerIn(path: string): Container | null {
  const names = path.split('/')
  for (let at = names.length - 1; at > 0; at--) {
    const found = containerAt(names, at)
    if (found !== null) return found
  }
  return null
}

/** The container that the lines of proc_pid_cgroup(5) name; null where they name none. */
export function containerOf(text: string): Container | null {
  const found = text.split('\n').flatMap((line) => {
    const path = /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1]
    return path === undefined ? [] : (containerIn(path) ?? [])
  })
  return found.find(({ runtime }) => runtime !== 'unknown') ?? found[0] ?? null
}

// The engines that use certain namespaces of containerd.
const ENGINES: Readonly<Record<string, Runtime>> = { moby: 'docker', 'k8s.io': 'kubernetes' }

/**
 * The engine of a container by its monitor process of containerd: null where this is not one.
 * It is called "containerd-shim… -namespace NAMESPACE -id ID" by all versions.
 */
export function engineOf(
  { arguments: argv }: Pick<NativeProcessFacts, 'arguments'>,
  id: string,
): Runtime | null {
  if (argv === null || !/(?:^|\/)containerd-shim[^/]*$/.test(argv[0] ?? '')) return null
  if (!argv.some((word) => word === id || word.endsWith(`/${id}`))) return null
  const at = argv.findIndex((word) => /^--?namespace$/.test(word))
  return ENGINES[argv[at + 1] ?? ''] ?? 'containerd'
}
