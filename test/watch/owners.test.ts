import { describe, expect, test } from 'vitest'
import type { Include, SocketChange, SocketChanges } from '../../src/index.ts'
import { listSocketsSync } from '../../src/index.ts'
import { until } from '../support/children.ts'
import { AS_NOBODY, evaluate } from '../support/evaluate.ts'
import { heirOf, listener, puppet } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'
import { startWatch, take, watch } from '../support/watching.ts'

function onlyChange<Included extends Include>(
  set: SocketChanges<Included>,
): SocketChange<Included> {
  expect([set.opened, set.closed]).toEqual([[], []])
  expect(set.changed).toHaveLength(1)
  return set.changed[0] as SocketChange<Included>
}

test('a socket of a process that was not there before', async () => {
  const watcher = await startWatch({ state: 'LISTEN', include: ['names'] })
  for (let round = 0; round < 3; round++) {
    const { pid, port } = await listener()
    const { opened } = await take(watcher)
    expect(opened).toMatchObject([{ localPort: port, pid, pids: [pid], ownerUnknown: null }])
    expect(opened[0]?.processName).toMatch(/^python3/)
  }
})

test('a closed socket has its last owner, also where that process has ended', async () => {
  const { pid, port, ask } = await listener()
  const watcher = await startWatch({ localPort: port, include: ['names'] })
  await ask('server.close()')
  const name = expect.stringMatching(/^python3/) as string
  expect((await take(watcher)).closed).toMatchObject([{ pid, processName: name }])

  const other = await listener()
  const second = await startWatch({ localPort: other.port, include: ['names'] })
  process.kill(other.pid, 'SIGKILL')
  expect((await take(second)).closed).toMatchObject([{ pid: other.pid, processName: name }])
})

test('the sockets of the processes that were asked for end with them', async () => {
  const { pid, port } = await listener()
  const watcher = await startWatch({ pid })
  process.kill(pid, 'SIGKILL')
  expect(await take(watcher)).toMatchObject({ sockets: 0, closed: [{ localPort: port, pid }] })
})

test('a connection has an owner once it is accepted', async () => {
  const { pid, port, ask } = await listener()
  const watcher = await startWatch({
    localPort: port,
    state: 'ESTABLISHED',
    include: 'details',
  })
  await ask('client = socket.create_connection(server.getsockname())')
  expect((await take(watcher)).opened).toMatchObject([{ pid: null, ownerUnknown: 'not-accepted' }])
  await ask('accepted = server.accept()')
  const { before, after } = onlyChange(await take(watcher))
  expect(before).toMatchObject({ pid: null, ownerUnknown: 'not-accepted', inode: null })
  expect(after).toMatchObject({ pid, pids: [pid], ownerUnknown: null })
})

test('accepting a connection is a change only where owners or details were asked for', async () => {
  const { port, ask } = await listener()
  const connect = (name: string) => ask(`${name} = socket.create_connection(server.getsockname())`)
  const query = { localPort: port, state: 'ESTABLISHED', owners: 'none' } as const
  const plain = await startWatch(query)
  const detailed = await startWatch({ ...query, include: 'details' })
  await connect('first')
  expect([(await take(plain)).opened, (await take(detailed)).opened]).toMatchObject([[{}], [{}]])
  await ask('accepted = server.accept()')
  await connect('second')
  expect(await take(plain)).toMatchObject({ opened: [{}], changed: [] })
  // The kernel gives it an inode.
  expect(await take(detailed)).toMatchObject({ opened: [{}], changed: [{}] })
})

test.each(['sock_diag', 'procfs'] as const)(
  'a connection that its process closed has no owner, from %s',
  async (source) => {
    const { pid, port, ask } = await listener()
    await ask('client = socket.create_connection(server.getsockname())')
    await ask('accepted = server.accept()[0]')
    const watcher = await startWatch({
      source,
      localPort: port,
      state: ['ESTABLISHED', 'FIN_WAIT_2'],
    })
    await ask('accepted.close()')
    await until('the peer has acknowledged that', () => {
      return listSocketsSync({ localPort: port, state: 'FIN_WAIT_2' }).rows.length === 1
    })
    const { before, after } = onlyChange(await take(watcher))
    expect(before).toMatchObject({ state: 'ESTABLISHED', pid })
    expect(after).toMatchObject({ state: 'FIN_WAIT_2', pid: null, ownerUnknown: 'no-owner' })
  },
)

test('a socket that is on its way between processes has no PID, not even a last one', async () => {
  const other = await listener()
  const { port, ask } = await listener()
  // Both are read: the place of an owner in the list, which is no PID, is not the first one.
  const watcher = await startWatch({ localPort: [other.port, port], include: 'details' })
  await ask('ends = socket.socketpair()')
  await ask('socket.send_fds(ends[0], [b"x"], [server.fileno()])')
  await ask('server.close()')
  const { after } = onlyChange(await take(watcher))
  expect(after).toMatchObject({ pid: null, pids: [], lastPid: null })
  await ask('[end.close() for end in ends]')
  expect((await take(watcher)).closed).toEqual([after])
})

describe('a socket that several hold', () => {
  test('is the others’ at the next read after one ended', async () => {
    const parent = await listener()
    const { pid, port } = parent
    const heirs = [await heirOf(parent), await heirOf(parent), await heirOf(parent)]
    const watcher = await startWatch({ localPort: port })
    process.kill(pid, 'SIGKILL')
    const { before, after } = onlyChange(await take(watcher))
    expect(before.pids).toEqual([pid, ...heirs])
    expect(after).toEqual({ ...before, pid: heirs[0], pids: heirs, fds: before.fds.slice(1) })
  })

  test('is noticed by the search of all where its holders live on', async () => {
    const parent = await listener()
    const { pid, port, ask } = parent
    const watcher = await startWatch({ localPort: port, interval: 100 })
    const heir = await heirOf(parent)
    const shared = onlyChange(await take(watcher))
    expect(shared.before.pids).toEqual([pid])
    expect(shared.after.pids).toEqual([pid, heir])

    await ask('server.close()')
    expect(onlyChange(await take(watcher)).after.pids).toEqual([heir])
  })
})

test('a socket that was on its way when it opened is found later', async () => {
  const { pid, ask } = await puppet()
  const watcher = await startWatch({ state: 'LISTEN', interval: 100 })
  await ask('ours, theirs = socket.socketpair(socket.AF_UNIX)')
  await ask('server = listen()')
  await ask('socket.send_fds(ours, [b"x"], [server.fileno()])')
  await ask('server.close()')
  const [row] = (await take(watcher)).opened
  expect(row?.pid).toBeNull()
  // This machine may have processes that even root can't read: then it could be theirs.
  expect(['not-found', 'permission']).toContain(row?.ownerUnknown)
  await ask('received = socket.recv_fds(theirs, 10, 1)[1]')
  expect(onlyChange(await take(watcher)).after).toMatchObject({ pid, ownerUnknown: null })
})

describe('without the right to look', () => {
  const others = needs(canBecomeOthers, 'to be root, in a user namespace with other users')

  test.runIf(others)('owners are hidden, and say so', async () => {
    const { port } = await listener()
    const code = `
      const watcher = m.watchSockets({ localPort: ${port} })
      const { value } = await watcher.next()
      watcher.close()
      return value`
    const set = evaluate<SocketChanges>(code, AS_NOBODY)
    expect(set.opened).toMatchObject([{ pid: null, ownerUnknown: 'permission' }])
    expect(set.complete).toBe(false)
    expect(set.missing).toEqual(['owners'])
    expect(set.hidden.sockets).toBe(1)
    expect(set.hidden.processes).toBeGreaterThan(0)
  })
})

test.each([
  ['none', 'not-asked', null],
  ['first', null, 'pid'],
] as const)('owners: %s', async (owners, ownerUnknown, known) => {
  const { pid, port } = await listener()
  const { opened } = await take(watch({ localPort: port, owners }))
  expect(opened).toMatchObject([{ pid: known && pid, ownerUnknown }])
})

test('a watcher of certain processes reports their sockets alone', async () => {
  const [one, other] = [await listener(), await listener()]
  const watcher = watch({ pid: one.pid })
  expect((await take(watcher)).opened).toMatchObject([{ localPort: one.port, pids: [one.pid] }])
  await other.ask('second = listen()')
  await one.ask('second = listen()')
  const { opened, sockets } = await take(watcher)
  expect(opened).toMatchObject([{ pids: [one.pid] }])
  expect(sockets).toBe(2)
})
