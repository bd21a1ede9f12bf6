/** Whether an ELF file is whole; the format is that of elf(5). */

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
 * Throws where an ELF file ends before what is loaded of it does, as an interrupted copy leaves it. The
 * loader maps it nevertheless, and the first access behind its end is a SIGBUS, which nothing catches.
 */
export function refuseCutElf(file: string): void {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch {
    return // whatever is wrong with it, the loader says
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
