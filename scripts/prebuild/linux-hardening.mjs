// What a shared object for Linux gives an attacker no help with, read by readelf.
import { execFileSync } from 'node:child_process'

const STACK_PROTECTOR = /\b__stack_chk_fail\b/
/** A function of glibc that checks a length, as __vsnprintf_chk. */
const FORTIFIED = /\b__\w+_chk\b/

/** What is wrong with the file, in words; `libc` is glibc or musl, which has no checking functions. */
export function weaknessesOf(file, libc) {
  const read = (...flags) => execFileSync('readelf', ['-W', ...flags, file], { encoding: 'utf8' })
  const dynamic = read('-d')
  const segments = read('-l')
  const symbols = read('--dyn-syms')
  const [, stack = 'absent'] =
    /^\s*GNU_STACK(?:\s+0x[0-9a-f]+){5}\s+([RWE ]+?)\s+0/m.exec(segments) ?? []
  const found = [
    [!/^\s*GNU_RELRO\s/m.test(segments), 'no GNU_RELRO segment (-z relro)'],
    [!/\(FLAGS\).*\bBIND_NOW\b|\(BIND_NOW\)/.test(dynamic), 'no BIND_NOW (-z now)'],
    [!/\(FLAGS_1\).*\bNOW\b/.test(dynamic), 'no NOW in FLAGS_1 (-z now)'],
    [stack !== 'RW', `a stack of ${stack}, not RW (-z noexecstack)`],
    [/^\s*LOAD\s.*\sRWE\s/m.test(segments), 'memory that is both written and executed'],
    [/\(TEXTREL\)|\(FLAGS\).*\bTEXTREL\b/.test(dynamic), 'text relocations (TEXTREL)'],
    [/\((RPATH|RUNPATH)\)/.test(dynamic), 'a path to look for libraries (RPATH)'],
    [!STACK_PROTECTOR.test(symbols), 'no stack protector (-fstack-protector-strong)'],
    [libc === 'glibc' && !FORTIFIED.test(symbols), 'no checked function (_FORTIFY_SOURCE)'],
  ]
  return found.filter(([wrong]) => wrong).map(([, what]) => what)
}

/** Throws where something is wrong. */
export function checkHardening(file, libc) {
  const weaknesses = weaknessesOf(file, libc)
  if (weaknesses.length > 0) throw new Error(`${file}: ${weaknesses.join('; ')}`)
}
