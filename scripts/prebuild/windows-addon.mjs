// Looks into an addon for Windows: that it is for the processor meant, has the entry point of
// Node-API, and imports nothing that a bare Windows lacks. The format is Microsoft's PE/COFF.
import { readFileSync } from 'node:fs'

const MACHINE = { 'win32-x64': 0x8664, 'win32-arm64': 0xaa64, 'win32-ia32': 0x014c }
/** DllCharacteristics; addresses of 64 bits are for 64-bit processors alone. */
const TRAITS = { HIGH_ENTROPY_VA: 0x20, DYNAMIC_BASE: 0x40, NX_COMPAT: 0x100 }
const EVERY_WINDOWS_HAS =
  /^(kernel32|advapi32|user32|iphlpapi|ws2_32|msvcrt|ntdll|api-ms-win-crt-[a-z0-9-]+)\.dll$/i
const ENTRY = 'napi_register_module_v1'

/** Throws where something is wrong. */
export function checkWindowsAddon(file, target) {
  const bytes = readFileSync(file)
  const fail = (what) => {
    throw new Error(`${file}: ${what}`)
  }
  const header = bytes.readUInt32LE(0x3c)
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0') fail('not a file of Windows')
  if (bytes.readUInt16LE(header + 4) !== MACHINE[target]) fail(`not for ${target}`)
  // No symbols (COFF keeps them for debuggers), no time of the build.
  if (bytes.readUInt32LE(header + 12) !== 0) fail('is not stripped')
  if (bytes.readUInt32LE(header + 8) !== 0) fail('says when it was built')
  const optional = header + 24
  const traits = bytes.readUInt16LE(optional + 70)
  const lacking = Object.entries(TRAITS)
    .filter(
      ([name, bit]) => (traits & bit) === 0 && !(name === 'HIGH_ENTROPY_VA' && /ia32/.test(target)),
    )
    .map(([name]) => name)
  if (lacking.length > 0) fail(`lacks ${lacking.join(', ')}`)
  const directories = optional + (bytes.readUInt16LE(optional) === 0x20b ? 112 : 96)
  const sections = optional + bytes.readUInt16LE(header + 20)
  const count = bytes.readUInt16LE(header + 6)
  // Where something is in the file that will be at an address in memory.
  const place = (address) => {
    for (let section = sections; section < sections + count * 40; section += 40) {
      const start = bytes.readUInt32LE(section + 12)
      if (address >= start && address < start + bytes.readUInt32LE(section + 16)) {
        return address - start + bytes.readUInt32LE(section + 20)
      }
    }
    return fail('an address that is nowhere')
  }
  const text = (address) => {
    const start = place(address)
    return bytes.toString('latin1', start, bytes.indexOf(0, start))
  }

  const exports = place(bytes.readUInt32LE(directories))
  const names = place(bytes.readUInt32LE(exports + 32))
  const exported = Array.from({ length: bytes.readUInt32LE(exports + 24) }, (_, index) =>
    text(bytes.readUInt32LE(names + index * 4)),
  )
  if (!exported.includes(ENTRY)) fail(`does not export ${ENTRY}`)

  const libraries = []
  for (let at = place(bytes.readUInt32LE(directories + 8)); bytes.readUInt32LE(at + 12); at += 20) {
    libraries.push(text(bytes.readUInt32LE(at + 12)))
  }
  const foreign = libraries.filter((name) => !EVERY_WINDOWS_HAS.test(name))
  if (foreign.length > 0) fail(`imports ${foreign.join(', ')}`)
  if (!libraries.some((name) => /^iphlpapi/i.test(name))) fail('does not import IP Helper')
}
