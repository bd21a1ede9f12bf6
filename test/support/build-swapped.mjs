// node test/support/build-swapped.mjs OUTPUT: builds the addon of a copy of native/ in which two values
// of each kind have each other's numbers. What asks for numbers by name must not notice.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { build, nodeFlags } from '../../scripts/native/build.mjs'
import { addonSources } from '../../scripts/native/sources.mjs'
import { root } from '../../scripts/tools/run.mjs'

/** Enumerations, and two members of each. */
const ENUMERATORS = {
  Protocol: ['kTcp', 'kUdp'],
  Family: ['kIPv4', 'kIPv6'],
  State: ['kListen', 'kEstablished'],
  Direction: ['kIn', 'kOut'],
  OwnerUnknown: ['kNotAsked', 'kNoOwner'],
  Source: ['kSockDiag', 'kProcfs'],
  Owners: ['kNone', 'kAll'],
  Include: ['kNames', 'kDetails'],
  UdpPeer: ['kUnconnected', 'kConnected'],
  CountBy: ['kState', 'kPid'],
  QueryWord: ['kProtocols', 'kTcpStates'],
  QueryList: ['kLocalPorts', 'kPids'],
  Section: ['kRows', 'kReport'],
  ReportFlag: ['kBoundUnavailable', 'kDestroyEvents'],
  BindWord: ['kProtocol', 'kPort'],
  BindOption: ['kV6Only', 'kReuseAddress'],
}

/** Structures, and two members of one type in each: constants, or fields that have their place. */
const MEMBERS = {
  Row: [
    ['kFlagPeer', 'kFlagV6Only'],
    ['local_port', 'remote_port'],
    ['cookie', 'inode'],
  ],
  Details: [
    ['kHasUser', 'kHasQueues'],
    ['uid', 'receive_queue'],
  ],
  Header: [['magic', 'sections']],
  SectionEntry: [['stride', 'count']],
  PackedReport: [['sources', 'denied']],
}

const [output] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'socktable-swapped-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
cpSync(join(root, 'native'), join(folder, 'native'), { recursive: true })

/** Exchanges two names within the text that a pattern finds. */
function swap(text, pattern, [one, other]) {
  const [found] = pattern.exec(text) ?? []
  const names = new RegExp(`\\b(${one}|${other})\\b(?=\\s*[=;,])`, 'g')
  const swapped = found?.replace(names, (name) => (name === one ? other : one))
  if (found === undefined || swapped === found) throw new Error(`${one} and ${other} are not there`)
  return text.replace(found, () => swapped)
}

const path = join(folder, 'native', 'core', 'layout.h')
let text = readFileSync(path, 'utf8')
for (const [name, pair] of Object.entries(ENUMERATORS)) {
  text = swap(text, new RegExp(`enum class ${name} : [^}]*\\}`), pair)
}
for (const [name, pairs] of Object.entries(MEMBERS)) {
  for (const pair of pairs) text = swap(text, new RegExp(`struct ${name} \\{[^]*?\\n\\};`), pair)
}
writeFileSync(path, text)

await build({
  compiler: process.env.CXX ?? 'g++',
  flags: ['-O0', '-fPIC', '-pthread', ...nodeFlags()],
  link: ['-shared'],
  sources: addonSources('linux').map((source) => join(folder, relative(root, source))),
  output,
})
