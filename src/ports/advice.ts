/** What to do about a port, the safest first. */

import { readWithAncestry } from '../processes/ancestry.ts'
import { processInfo } from '../processes/facts.ts'
import { createGuard } from '../processes/guard.ts'
import type { ProcessRecord } from '../processes/types.ts'
import { listSockets } from '../table/snapshot.ts'
import type { PortCheck } from './port-check.ts'
import type { PortObstacle } from './obstacles.ts'
import { portRules } from './rules.ts'

/** The commands with which the engines of containers stop one. */
const STOP: Readonly<Record<string, string>> = {
  docker: 'docker stop',
  podman: 'podman stop',
  containerd: 'nerdctl stop',
  'cri-o': 'crictl stop',
  kubernetes: 'crictl stop',
  lxc: 'lxc stop',
  nspawn: 'machinectl poweroff',
  'libvirt-lxc': 'virsh --connect lxc:/// shutdown',
}

/** For a container's own process: its engine may restart it, so the container is what to stop. */
async function stopContainers(pids: readonly number[]): Promise<string[]> {
  const infos = await Promise.all(pids.map((pid) => processInfo(pid)))
  return infos.flatMap((info) => {
    const { container = null, pid = 0 } = info ?? {}
    if (container === null) return []
    const { runtime, id } = container
    const short = /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id
    const kind = runtime === 'unknown' ? 'container' : `${runtime} container`
    const command = STOP[runtime]
    const how = command === undefined ? 'stop that container' : `"${command} ${short}" stops it`
    return `PID ${pid} runs in the ${kind} ${short}: ${how}.`
  })
}

/** All processes that hold the port there: the check names the first holder of each socket. */
async function holdersOf({ port, protocol, holders }: PortCheck): Promise<number[]> {
  const query = { protocol, localPort: port, bound: true, owners: 'all' } as const
  const { rows } = await listSockets(query)
  const addresses = new Set(holders.map(({ localAddress }) => localAddress))
  const there = rows.filter(
    ({ localAddress, remoteAddress }) => remoteAddress === null && addresses.has(localAddress),
  )
  return [...new Set(there.flatMap(({ pids }) => pids))]
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function endingOf({ port, protocol, obstacles }: PortCheck, pids: readonly number[]): string {
  // "socktable kill PORT" ends only processes that listen.
  if (obstacles[0] === 'bound') {
    return `"socktable kill --pid ${pids.join(',')}" ends it gracefully, and asks first.`
  }
  const udp = protocol === 'udp' ? ' --udp' : ''
  return `"socktable kill ${port}${udp}" ends it gracefully, and asks first.`
}

/** By the same guard that "socktable kill" obeys. */
async function adviceForHolders(check: PortCheck): Promise<string[]> {
  const pids = await holdersOf(check)
  if (pids.length === 0) return []
  const records = await readWithAncestry()
  const guard = await createGuard(records, new Set())
  const byPid = new Map(records.map((record) => [record.pid, record]))
  const refused: string[] = []
  for (const pid of pids) {
    const nothing = { parentPid: null, startTime: null, startedAt: null, name: null }
    const record: ProcessRecord = byPid.get(pid) ?? { pid, ...nothing }
    const reason = guard.reason(record)
    if (reason === null) continue
    const advice = guard.advice(record, reason, check.port)
    refused.push(
      sentence(advice ?? `${record.name ?? 'that process'} (PID ${pid}) must not be ended`),
    )
  }
  if (refused.length > 0) return refused
  return [...(await stopContainers(pids)), endingOf(check, pids)]
}

/** What to do about an obstacle of a port. */
export async function adviceFor(obstacle: PortObstacle, check: PortCheck): Promise<string[]> {
  const { port } = check
  switch (obstacle) {
    case 'listener':
    case 'bound':
      return [
        'If it is an earlier run of your own server, stop it where it was started.',
        // Where processes cannot be read, none can be ended either.
        ...(await adviceForHolders(check).catch(() => [])),
      ]
    case 'connection':
      return [
        'Wait until the connection ends, or use a port that the system does not assign to clients: one ' +
          `outside of ${portRules().ephemeral.from}-${portRules().ephemeral.to}.`,
      ]
    case 'time-wait':
      return ['Wait a minute, or set SO_REUSEADDR in the server, as Node does by default.']
    case 'privileged':
      return [
        'Use a port from 1024 on, behind a proxy if necessary.',
        portRules().wildcardsFree
          ? 'Or listen on all addresses: leave the host out.'
          : 'Or permit it: setcap cap_net_bind_service=+ep on the program, or ' +
            `sysctl net.ipv4.ip_unprivileged_port_start=${port}.`,
      ]
    case 'excluded':
      return [
        'See the ranges: netsh int ipv4 show excludedportrange protocol=tcp',
        'Restarting WinNAT may release its ranges: net stop winnat, then net start winnat (as an ' +
          'administrator).',
      ]
    case 'denied':
      return ['The audit log or the journal shows which rule refused it.']
    case 'address':
      return ["Listen on one of this machine's addresses, or on all: leave the host out."]
    case 'family':
      return ['Listen on 0.0.0.0 instead of ::, or on 127.0.0.1 instead of ::1.']
    case 'hidden':
      return ['Try again in a moment.']
  }
}
