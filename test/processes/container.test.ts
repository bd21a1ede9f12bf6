import { describe, expect, test } from 'vitest'
import { containerOf, engineOf } from '../../src/processes/container.ts'

const id = '0123456789abcdef'.repeat(4)
const inner = 'fedcba9876543210'.repeat(4)
const pod = 'kubepods-besteffort-pod1.slice'
const task = '0123456789abcdef'.repeat(2)
const uuid = '01234567-89ab-cdef-0123-456789abcdef'

describe('the container in the cgroup', () => {
  // The layouts that the engines document, or that their sources set up.
  test.each([
    // Docker: docs.docker.com, "runtime metrics"; cgroupfs, systemd, rootless, in a pod, in ECS on EC2.
    [`0::/system.slice/docker-${id}.scope`, 'docker'],
    [`12:pids:/docker/${id}\n1:name=systemd:/docker/${id}\n0::/`, 'docker'],
    [`0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${id}.scope`, 'docker'],
    [`0::/teams.slice/teams-web.slice/docker-${id}.scope`, 'docker'],
    [`0::/docker/${id}/system.slice/nginx.service`, 'docker'],
    [`0::/kubepods.slice/${pod}/docker-${id}.scope`, 'docker'],
    [`0::/system.slice:docker:${id}`, 'docker'],
    [`9:cpu:/ecs/${task}/${id}`, 'docker'],
    [`9:cpu:/ecs/cluster/${task}/${id}`, 'docker'],
    [`0::/ecstasks.slice/ecstasks-${task}.slice/docker-${id}.scope`, 'docker'],
    [`0::/../${id}`, 'unknown'], // seen from a sibling's cgroup namespace
    // Podman: podman-run(1), --cgroup-parent and --cgroups=split; Quadlet; pods.
    [`0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope`, 'podman'],
    [`0::/machine.slice/libpod-${id}.scope/container`, 'podman'],
    [`0::/machine.slice/machine-libpod_pod_${inner}.slice/libpod-${id}.scope`, 'podman'],
    [`0::/libpod_parent/libpod-${id}`, 'podman'],
    [`0::/system.slice/web.service/libpod-payload-${id}`, 'podman'],
    // containerd: its CRI plugin, nerdctl, ctr; with the path for systemd used without it.
    [`0::/kubepods.slice/${pod}/cri-containerd-${id}.scope`, 'containerd'],
    [`0::/system.slice/containerd.service/${pod}:cri-containerd:${id}`, 'containerd'],
    [`0::/system.slice/nerdctl-${id}.scope`, 'containerd'],
    [
      `0::/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-${id}.scope`,
      'containerd',
    ],
    [`0::/default/${id}`, 'containerd'],
    // CRI-O, and what the kubelet sets up with cgroupfs.
    [`0::/kubepods.slice/${pod}/crio-${id}.scope`, 'cri-o'],
    [`0::/kubepods/burstable/pod0a1b/crio-${id}`, 'cri-o'],
    [`0::/kubepods/burstable/pod0a1b/${id}`, 'kubernetes'],
    [`0::/kubepods/pod0a1b/${id}`, 'kubernetes'],
    // An engine in a container: the inner container is the one.
    [`0::/docker/${inner}/kubelet/kubepods/burstable/pod0a1b/${id}`, 'kubernetes'],
    [
      `0::/system.slice/docker-${inner}.scope/kubelet.slice/kubelet-kubepods.slice/` +
        `kubelet-kubepods-pod1.slice/cri-containerd-${id}.scope`,
      'containerd',
    ],
    [`0::/docker/${inner}/docker/${id}`, 'docker'],
    [`0::/lxc.payload.web/docker/${id}`, 'docker'],
    [`0::/docker/${inner}/libpod_parent/libpod-${id}`, 'podman'],
    // docker run --cgroup-parent, which names no engine.
    [`0::/x/${id}`, 'unknown'],
    [`0::/${id}`, 'unknown'],
    [`4:memory:/a/b/${id}\n1:name=systemd:/a/b/${id}\n0::/`, 'unknown'],
  ])('%s', (text, runtime) => {
    expect(containerOf(`${text}\n`)).toEqual({ runtime, id })
  })

  test.each([
    ['0::/lxc.payload.web', 'lxc', 'web'],
    ['0::/lxc.payload.web/init.scope', 'lxc', 'web'],
    ['4:memory:/lxc/web\n0::/', 'lxc', 'web'],
    ['0::/lxc/101/ns/system.slice/nginx.service', 'lxc', '101'],
    ['0::/lxc.payload/web', 'lxc', 'web'],
    ['0::/machine.slice/systemd-nspawn@web.service/payload/init.scope', 'nspawn', 'web'],
    ['0::/machine.slice/machine-web\\x2d1.scope/payload', 'nspawn', 'web-1'],
    ['0::/machine.slice/machine-lxc\\x2d4711\\x2dweb.scope', 'libvirt-lxc', 'web'],
    [`0::/ecs/${task}/${task}-2158464121`, 'containerd', `${task}-2158464121`],
    ['0::/docker/buildkit/qz5w0h2v4gk1v8m0c7r3t9y6x', 'buildkit', 'qz5w0h2v4gk1v8m0c7r3t9y6x'],
    [`9:cpu:/mesos/${uuid}`, 'mesos', uuid],
    [`9:cpu:/garden/${uuid}`, 'garden', uuid],
  ])('%s', (text, runtime, name) => {
    expect(containerOf(text)).toEqual({ runtime, id: name })
  })

  test.each([
    '0::/',
    '',
    'nonsense',
    // What watches a container is outside of it.
    `0::/machine.slice/libpod-conmon-${id}.scope`,
    `0::/kubepods.slice/${pod}/crio-conmon-${id}.scope`,
    '0::/system.slice/web.service/runtime',
    '0::/lxc.monitor.web',
    '0::/machine.slice/systemd-nspawn@web.service/supervisor',
    '0::/system.slice/docker.service',
    '0::/system.slice/containerd.service',
    // A virtual machine's program runs on the host.
    '0::/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator',
    // These isolate less than a container.
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/snap.firefox.firefox-1.scope',
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-flatpak-org.gimp.GIMP-1.scope',
    `0::/docker-${id.slice(1)}.scope`,
    `0::/x/${id}0`,
    `0::/x/${id.toUpperCase()}`,
  ])('is none in %j', (text) => {
    expect(containerOf(text)).toBeNull()
  })
})

describe('the engine of a container', () => {
  const shim = (...words: string[]) => ({
    arguments: ['/usr/bin/containerd-shim-runc-v2', ...words],
  })

  test('is in the arguments of the shim that watches it', () => {
    expect(engineOf(shim('-namespace', 'moby', '-id', id), id)).toBe('docker')
    expect(engineOf(shim('-namespace', 'k8s.io', '-id', id), id)).toBe('kubernetes')
    expect(engineOf(shim('-namespace', 'team', '-id', id), id)).toBe('containerd')
    const path = `/var/lib/containerd/io.containerd.runtime.v1.linux/moby/${id}`
    expect(engineOf(shim('-namespace', 'moby', '-workdir', path), id)).toBe('docker')
  })

  test('is not in those of another container, or of another program', () => {
    expect(engineOf(shim('-namespace', 'moby', '-id', inner), id)).toBeNull()
    expect(engineOf({ arguments: ['grep', '-namespace', 'moby', id] }, id)).toBeNull()
    expect(engineOf({ arguments: null }, id)).toBeNull()
  })
})
