/**
 * The words of a command that runs another one in a network namespace of its own, with a loopback
 * device: as root, or in a user namespace too.
 */
export function inOwnNetwork(command) {
  const namespaces = process.getuid() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net']
  return ['unshare', ...namespaces, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command]
}
