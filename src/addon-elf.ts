/** Checks that an ELF file (elf(5)) is not truncated. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const MAGIC = 0x7f454c46
const LITTLE_ENDIAN = 1
const CLASS_64 = 2
const LOAD = 1

function isCut(fd: number): boolean {
  const { size } = fstatSync(fd)
  const read = (at: number, length: number): DataView => {
    const bytes = new Uint8Array(length)
    readSync(fd, bytes, 0, length, at)
    return new DataView(bytes.buffer)
  }
  const header = read(0, 64)
  if (header.getUint32(0) !== MAGIC) return false
  const wide = header.getUint8(4) === CLASS_64
  const little = header.getUint8(5) === LITTLE_ENDIAN
  const word = (view: DataView, at: number): number =>
    wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const segments = word(header, wide ? 32 : 28)
  const segmentSize = header.getUint16(wide ? 54 : 42, little)
  const count = header.getUint16(wide ? 56 : 44, little)
  const end = segments + segmentSize * count
  if (end > size) return true
  const table = read(segments, segmentSize * count)
  return Array.from({ length: count }, (_, index) => index * segmentSize).some(
    (at) =>
      table.getUint32(at, little) === LOAD &&
      word(table, at + (wide ? 8 : 4)) + word(table, at + (wide ? 32 : 16)) > size,
  )
}

/**
 * Throws if an ELF file ends before its loaded segments do, as after an interrupted copy. The loader maps
 * such a file, and the first access beyond its end raises SIGBUS, which cannot be caught.
 */
export function refuseCutElf(file: string): void {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch {
    return // the loader reports what is wrong with it
  }
  let cut = false
  try {
    cut = isCut(fd)
  } catch {
    // The same.
  } finally {
    closeSync(fd)
  }
  if (cut) throw new Error('the file is cut short')
}
