// The mirror of Debian's archive that this machine's own apt uses: sources.list(5).
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const APT = '/etc/apt'
// Debian's own archive, beside which stand those of its security updates and of other publishers.
const ARCHIVE = /^https?:\/\/\S+\/debian\/?$/

/** The texts of apt's sources. */
export function ownSources() {
  const parts = join(APT, 'sources.list.d')
  const names = existsSync(parts) ? readdirSync(parts).sort() : []
  const files = names
    .filter((name) => /\.(list|sources)$/.test(name))
    .map((name) => join(parts, name))
  const all = [join(APT, 'sources.list'), ...files]
  return all.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'))
}

function* addressesIn(text) {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  for (const stanza of lines.join('\n').split(/\n\s*\n/)) {
    for (const [, address] of stanza.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/gm)) yield address
    if (/^Enabled:\s*(no|false|0)\s*$/im.test(stanza)) continue
    const [, field = ''] = /^URIs:((?:.|\n[ \t])*)/im.exec(stanza) ?? []
    yield* field.split(/\s+/)
  }
}

/** The first address of Debian's archive in such texts, of either format, or null. */
export function mirrorOf(texts) {
  return texts.flatMap((text) => [...addressesIn(text)]).find((each) => ARCHIVE.test(each)) ?? null
}
