// Looks into an addon for macOS: that it is for the processor and the version meant, has the entry
// point of Node-API, takes nothing from elsewhere but Node-API and libSystem, and is signed as arm64
// needs it. The format is Apple's Mach-O (mach-o/loader.h), the signature's is xnu's
// osfmk/kern/cs_blobs.h. Every symbol of libSystem was found in its list when it was linked.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { symbols } = createRequire(import.meta.url)('node-api-headers')
const NODE_API = new Set([...symbols.v8.js_native_api_symbols, ...symbols.v8.node_api_symbols])

const ENTRIES = ['_napi_register_module_v1', '_node_api_module_get_api_version_v1']
const LIBRARY = '/usr/lib/libSystem.B.dylib'
const CPU = { x64: 0x01000007, arm64: 0x0100000c }
const OLDEST = { x64: '10.15', arm64: '11.0' }
const BUNDLE = 8
const WRITE = 2
const EXECUTE = 4
const COMMAND = {
  symbols: 0x2,
  library: 0xc,
  segment: 0x19,
  signature: 0x1d,
  version: 0x32,
}
/** Where a symbol is looked for that no library is named for: in all that is loaded. */
const ANYWHERE = 0xfe
const AD_HOC = 2

function* commandsOf(bytes) {
  const count = bytes.readUInt32LE(16)
  for (let index = 0, at = 32; index < count; index++, at += bytes.readUInt32LE(at + 4)) {
    yield { kind: bytes.readUInt32LE(at), at }
  }
}

const textAt = (bytes, start) => bytes.toString('latin1', start, bytes.indexOf(0, start))

function* symbolsOf(bytes, { at }) {
  const [place, count, names] = [8, 12, 16].map((offset) => bytes.readUInt32LE(at + offset))
  for (let symbol = place; symbol < place + count * 16; symbol += 16) {
    const type = bytes[symbol + 4]
    yield {
      name: textAt(bytes, names + bytes.readUInt32LE(symbol)),
      external: (type & 1) !== 0,
      defined: (type & 0x0e) !== 0,
      library: bytes.readUInt16LE(symbol + 6) >> 8,
    }
  }
}

/** Whether the signature names no signer and fits the bytes before it. */
function isSigned(bytes, { at }) {
  const start = bytes.readUInt32LE(at + 8)
  const blob = bytes.subarray(start, start + bytes.readUInt32LE(at + 12))
  const directory = blob.subarray(blob.readUInt32BE(16))
  const word = (offset) => directory.readUInt32BE(offset)
  const [flags, hashes, pages, limit] = [word(12), word(16), word(28), word(32)]
  const page = 1 << directory[39]
  if ((flags & AD_HOC) === 0 || limit !== start || pages !== Math.ceil(limit / page)) return false
  return Array.from({ length: pages }, (_, index) => {
    const text = bytes.subarray(index * page, Math.min((index + 1) * page, limit))
    const hash = directory.subarray(hashes + index * 32, hashes + (index + 1) * 32)
    return createHash('sha256').update(text).digest().equals(hash)
  }).every(Boolean)
}

/** Throws where something is wrong. */
export function checkDarwinAddon(file, arch) {
  const bytes = readFileSync(file)
  const fail = (what) => {
    throw new Error(`${file}: ${what}`)
  }
  if (bytes.readUInt32LE(0) !== 0xfeedfacf) fail('not a file of macOS')
  if (bytes.readUInt32LE(4) !== CPU[arch]) fail(`not for ${arch}`)
  if (bytes.readUInt32LE(12) !== BUNDLE) fail('no bundle')

  const commands = [...commandsOf(bytes)]
  const all = (kind) => commands.filter((command) => command.kind === COMMAND[kind])
  const libraries = all('library').map(({ at }) => textAt(bytes, at + bytes.readUInt32LE(at + 8)))
  if (libraries.join() !== LIBRARY) fail(`loads ${libraries.join(', ')}`)
  const versions = all('version').map(({ at }) => bytes.readUInt32LE(at + 12))
  const oldest = versions.map((version) => `${version >> 16}.${(version >> 8) & 0xff}`).join()
  if (oldest !== OLDEST[arch]) fail(`is for macOS ${oldest} and later`)
  const both = WRITE | EXECUTE
  if (all('segment').some(({ at }) => (bytes.readUInt32LE(at + 60) & both) === both)) {
    fail('has memory that is both written and executed')
  }

  const names = all('symbols').flatMap((command) => [...symbolsOf(bytes, command)])
  const external = names.filter((symbol) => symbol.external)
  const exported = external.filter(({ defined }) => defined).map(({ name }) => name)
  if (exported.sort().join() !== ENTRIES.join()) fail(`exports ${exported.join(', ')}`)
  const foreign = external.filter(
    ({ defined, library, name }) =>
      !defined && library === ANYWHERE && !NODE_API.has(name.replace(/^_/, '')),
  )
  if (foreign.length > 0) fail(`lacks ${foreign.map(({ name }) => name).join(', ')}`)
  if (names.length > external.length) fail('is not stripped')

  const signatures = all('signature')
  const signed = signatures.length === 1 && isSigned(bytes, signatures[0])
  if (!signed && (arch === 'arm64' || signatures.length > 0)) fail('is not signed as it should be')
}
