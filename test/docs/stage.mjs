// Runs one block of the documentation in namespaces of its own (stage.ts makes them): starts the servers
// and clients that its comment names, each with a PID that is the same in every run, then the commands
// in turn, and prints what became of all as JSON.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const { servers, clients, commands } = JSON.parse(readFileSync(0, 'utf8'))
const FIRST_PID = { server: 4238, client: 4301, command: 5101 }
const STEP = 13

// The kernel gives the next process the number after this one (kernel/pid.c).
const nextPid = (pid) => writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1))

/** Starts a program of the folder under a name of its own, and waits until it says that it is ready. */
async function start(program, pid, { name, ...what }) {
  nextPid(pid)
  const child = spawn(process.execPath, [program], {
    argv0: name,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DOCTEST: JSON.stringify({ name, ...what }) },
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next()
  if (child.pid !== pid) throw new Error(`${program} has PID ${child.pid} and not ${pid}`)
  if (value !== 'ready') throw new Error(`${program} did not start: ${value}`)
  return { ...what, child, ended }
}

function run(command, pid) {
  nextPid(pid)
  const child = spawn(command.program, command.arguments, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ran = { stdout: '', stderr: '', output: '' }
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      ran[stream] += text
      ran.output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ ...ran, code: code ?? signal }))
  })
}

writeFileSync('/proc/self/comm', 'bash')
const started = []
for (const [index, server] of servers.entries()) {
  started.push(await start('server.js', FIRST_PID.server + STEP * index, server))
}
for (const [index, client] of clients.entries()) {
  await start('client.js', FIRST_PID.client + STEP * index, { ...client, localPort: 50312 + index })
}
const ran = []
for (const [index, command] of commands.entries()) {
  ran.push(await run(command, FIRST_PID.command + STEP * index))
}
// The end of a server that a command ended is reported a moment later.
await sleep(100)
const ended = []
for (const { child, port } of started) {
  if (child.exitCode !== null || child.signalCode !== null) ended.push(port)
}
process.stdout.write(JSON.stringify({ ran, ended }), () => process.exit())
