// Draws docs/watch.svg, the picture in the README: "socktable watch" on a terminal of tmux's, over
// servers and clients of its own. Run in a network namespace, so that no other sockets are in it:
//   unshare --net sh -c 'ip link set lo up && node scripts/watch-picture.mjs'
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './tools/run.mjs'

const COLUMNS = 90
const LINES = 13
const CELL = { width: 8, height: 18 }
const MARGIN = 10
const INK = '#d0d7de'
const PAPER = '#1c2128'
const COLORS = { 31: '#f47067', 32: '#6bc46d', 33: '#daaa3f', 39: INK }
const PLAIN = { color: INK, bold: false, inverse: false }

function tmux(...words) {
  const command = ['-L', 'socktable-picture', ...words]
  const { status, stdout, stderr } = spawnSync('tmux', command, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`tmux ${words[0]}: ${stderr}`)
  return stdout
}

const children = []
const program = (code) => children.push(spawn(process.execPath, ['-e', `require("net").${code}`]))
const serve = (port) => program(`createServer().listen(${port}, "127.0.0.1")`)
const visit = (port) => program(`connect(${port}, "127.0.0.1")`)

/** What text looks like behind an SGR sequence of ECMA-48. */
function lookAfter(look, codes) {
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) look = PLAIN
    else if (code === 1) look = { ...look, bold: true }
    else if (code === 7) look = { ...look, inverse: true }
    else if (code in COLORS) look = { ...look, color: COLORS[code] }
  }
  return look
}

function drawText(text, { color, bold, inverse }, column, line) {
  const [x, y] = [column * CELL.width + MARGIN, line * CELL.height + MARGIN]
  const width = text.length * CELL.width
  const escaped = text.replace(/[&<>]/g, (each) => `&#${each.codePointAt(0)};`)
  const behind = `<rect x="${x}" y="${y}" width="${width}" height="${CELL.height}" fill="${INK}"/>`
  const weight = bold ? ' font-weight="bold"' : ''
  const place = `x="${x}" y="${y + 13}" textLength="${width}"`
  const fill = inverse ? PAPER : color
  return `${inverse ? behind : ''}<text ${place} fill="${fill}"${weight}>${escaped}</text>`
}

/** A screen, with the sequences for its colours, as SVG. */
function drawScreen(screen) {
  let look = PLAIN
  let drawn = ''
  for (const [line, text] of screen.split('\n').slice(0, LINES).entries()) {
    let column = 0
    for (const [index, part] of text.split('\u001b[').entries()) {
      const end = index === 0 ? -1 : part.indexOf('m')
      if (index > 0) look = lookAfter(look, part.slice(0, end))
      const plain = part.slice(end + 1)
      if (plain !== '') drawn += `${drawText(plain, look, column, line)}\n`
      column += plain.length
    }
  }
  const width = COLUMNS * CELL.width + 2 * MARGIN
  const height = LINES * CELL.height + 2 * MARGIN
  const font = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13"'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${font} xml:space="preserve">
<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>
${drawn}</svg>
`
}

try {
  for (const port of [3000, 5432, 9229]) serve(port)
  await sleep(500)
  visit(9229)
  await sleep(500)
  const main = join(root, 'dist', 'cli', 'main.js')
  const size = ['-x', String(COLUMNS), '-y', String(LINES)]
  const command = `${process.execPath} ${main} watch --interval 0.2`
  tmux('-f', '/dev/null', 'new-session', '-d', ...size, command)
  await sleep(1000)
  serve(8080)
  visit(3000)
  children[3].kill()
  await sleep(500)
  tmux('send-keys', 'Down', 'Down')
  await sleep(500)
  writeFileSync(join(root, 'docs', 'watch.svg'), drawScreen(tmux('capture-pane', '-p', '-e')))
} finally {
  spawnSync('tmux', ['-L', 'socktable-picture', 'kill-server'])
  for (const child of children) child.kill()
}
