/** Programs that listen for containers, virtual machines and services. Pure. */

const forPort = (
  port: number | null,
  advice: (port: number) => string,
  otherwise: string,
): string => (port === null ? otherwise : advice(port))

const DOCKER = (port: number | null): string =>
  'stop the container that has the port: ' +
  forPort(port, (number) => `"docker ps --filter publish=${number}"`, '"docker ps"') +
  ' shows which, "docker stop NAME" stops it'
const PODMAN = (): string =>
  'stop the container that has the port: "podman port --all" shows which, "podman stop NAME" stops it'
const ANY_CONTAINER = (): string =>
  'stop the container that has the port: "docker ps", "podman ps", "nerdctl ps" or "crictl ps" shows it'
const KUBERNETES = (): string =>
  'change or delete what publishes the port: "kubectl get services,pods --all-namespaces" shows it'
const LXD = (): string =>
  'stop the container or remove its proxy device: "lxc list" or "incus list" shows them'
const MACHINE = (): string =>
  'stop the server in the virtual machine, or change the ports that the machine forwards'
const WSL = (): string => 'stop the server inside WSL, or all of WSL: wsl --shutdown'
const INETD = (): string => 'it listens for a service: disable that in its configuration'

/**
 * By the names of their programs, in any case. Ending one disconnects what it forwards to, or stops an
 * engine with everything that it runs.
 */
const PUBLISHERS: readonly (readonly [name: RegExp, advice: (port: number | null) => string])[] = [
  [/^(docker-proxy|dockerd|dockerd-rootless.*|rootlesskit-docker-proxy|vpnkit.*)$/, DOCKER],
  [/^(docker|docker desktop.*|com\.docker\..*|balenad|balena-engine.*)$/, DOCKER],
  [/^(conmon|rootlessport.*|podman|gvproxy|win-sshproxy|netavark|aardvark-dns)$/, PODMAN],
  [/^(containerd|containerd-shim.*|nerdctl|bypass4netns.*|rootlesskit|buildkitd)$/, ANY_CONTAINER],
  [/^(slirp4netns|pasta(\.avx2)?|passt(\.avx2)?|crio|cri-o|cri-dockerd)$/, ANY_CONTAINER],
  [
    /^(kubelet|kubelite|kube-proxy|k3s(-.*)?|k0s|rke2(-.*)?|microk8s.*|rancher desktop.*)$/,
    KUBERNETES,
  ],
  [/^(lxd|lxd-user|incusd|incus-.*|lxc-.*)$/, LXD],
  [/^(wslrelay|wslhost|wslservice|vmmemwsl)$/, WSL],
  [
    /^(qemu-system-.*|qemu-kvm|kvm|vboxheadless|virtualboxvm|vbox.*|vmware-vmx|vmnat|vmnet-.*)$/,
    MACHINE,
  ],
  [/^(limactl|colima|multipassd|orbstack.*|vfkit|krunkit|vmwp|utm|qemulauncher|crosvm)$/, MACHINE],
  [/^(inetd|xinetd|rlinetd|openbsd-inetd|tcpsvd)$/, INETD],
]

/** What to do instead of ending a program that listens for others; null for any other program. */
export function publisherAdvice(name: string | null, port: number | null): string | null {
  if (name === null) return null
  const program = name.toLowerCase().replace(/\.exe$/, '')
  const [, advice] = PUBLISHERS.find(([pattern]) => pattern.test(program)) ?? []
  return advice === undefined ? null : advice(port)
}
