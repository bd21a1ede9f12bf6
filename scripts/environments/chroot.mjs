// Runs programs in a folder that is a whole system to them. Everything of the machine stays out but
// what a program needs: processes, devices, loopback. Takes root.
import { spawnSync } from 'node:child_process'

/**
 * Runs words in `folder`, where other folders stand as `mounts` says ({ '/mnt': '/home/me' }), and
 * returns what spawnSync does. Programs start in /, and end with the first of them.
 */
export function runInside(folder, mounts, words, options = {}) {
  const script = `set -e
    ip link set lo up
    mount -t proc proc "$0/proc"
    mount --rbind /dev "$0/dev"
    mount -t tmpfs tmpfs "$0/tmp"
    ${Object.keys(mounts)
      .map((place) => `mount --bind "$1" "$0${place}"; shift`)
      .join('\n')}
    exec chroot "$0" "$@"`
  const apart = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--propagation', 'private']
  const command = ['sh', '-c', script, folder, ...Object.values(mounts), ...words]
  return spawnSync('unshare', [...apart, ...command], options)
}
