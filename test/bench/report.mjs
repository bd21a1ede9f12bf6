// The measurements as Markdown.
import { FLOOR, SOCKTABLE } from './contestants.mjs'

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const grouped = (number) => number.toLocaleString('en')
const significant = (number) =>
  number >= 1000 ? grouped(Math.round(number)) : String(Number(number.toPrecision(3)))

/** A line per contestant: its median, and how often the floor's and socktable's go into it. */
function questionLines([question, { times, excluded }]) {
  const names = Object.keys(times)
  const of = (name) => (times[name]?.length > 0 ? median(times[name]) : undefined)
  const ratio = (time, base) =>
    time === undefined || base === undefined ? '' : `${significant(time / base)}`
  return names.map((name, index) => {
    const asked = index === 0 ? question : ''
    const time = of(name)
    if (time === undefined) return `| ${asked} | ${name} | ${excluded[name]} | | |`
    const cells = [significant(time), ratio(time, of(FLOOR)), ratio(time, of(SOCKTABLE))]
    return `| ${asked} | ${name} | ${cells.join(' | ')} |`
  })
}

function sizeTable({ size, processes, questions }) {
  return [
    `**${grouped(size)} sockets in ${processes} processes**`,
    '',
    '| question | asked | median, ms | ÷ floor | ÷ socktable |',
    '| --- | --- | ---: | ---: | ---: |',
    ...Object.entries(questions).flatMap(questionLines),
  ].join('\n')
}

/** What was aimed at, for one size. */
function aims({ size, questions, memory }) {
  const of = (question, name) => median(questions[question].times[name] ?? [])
  const without = 'all sockets, without owners'
  const owners = 'all sockets, with owners'
  const port = 'the owner of one listening port'
  const pause = 'the longest pause of the event loop'
  const peers = Object.entries(questions[port].times)
    .filter(([name, times]) => !name.includes('socktable') && times.length > 0)
    .map(([, times]) => median(times))
  const pauses = questions[pause].times['socktable, asynchronous']
  const faster = (question, name) => of(question, name) / of(question, SOCKTABLE)
  const lines = [
    ['without owners ÷ floor', of(without, SOCKTABLE) / of(without, FLOOR), 1.3],
    ['with owners ÷ floor', of(owners, SOCKTABLE) / of(owners, FLOOR), 1.1],
    ['`ss -Htanp` ÷ socktable', faster(owners, '`ss -Htanp`'), 5],
    ['psutil ÷ socktable', faster(owners, 'psutil'), 4],
    ['systeminformation ÷ socktable', faster(owners, 'systeminformation'), 8],
    ['owner of a port: fastest peer ÷ socktable', Math.min(...peers) / of(port, SOCKTABLE), 30],
    // A timer of one millisecond, and the waking of the thread, are within what is measured.
    [
      'event loop: longest pause less decoding, ms',
      median(pauses) - of(pause, 'decoding alone'),
      2,
    ],
    ['peak memory above the rows, bytes per row', median(memory.again), 250],
  ]
  const least = (what) => what.endsWith('÷ socktable')
  const cells = lines.map(([what, value, aim]) => {
    const met = least(what) ? value >= aim : value <= aim
    const verdict = Number.isFinite(value) ? (met ? 'met' : 'not met') : 'not measured'
    const shown = Number.isFinite(value) ? significant(value) : ''
    return `| ${what} | at ${least(what) ? 'least' : 'most'} ${aim} | ${shown} | ${verdict} |`
  })
  return [
    `| aim at ${grouped(size)} sockets | | measured | |`,
    '| --- | --- | ---: | --- |',
    ...cells,
    '',
    `The longest pause of ${pauses.length} reads was ${significant(Math.max(...pauses))} ms.`,
    ...(memory === undefined
      ? []
      : [
          `The first large read of a process peaks at ${significant(median(memory.first))} bytes per ` +
            'row, since V8 compiles the code meanwhile.',
        ]),
  ].join('\n')
}

export function report({ cpu, cores, arch, kernel, versions }, results) {
  const software = Object.entries(versions)
    .filter(([, version]) => version !== undefined)
    .map(([name, version]) => `${name} ${version}`)
  return [
    `${cores} × ${cpu} (${arch}), Linux ${kernel}, ${software.join(', ')}.`,
    'Medians over turns that everybody had one after the other. socktable, psutil and the floor run in ' +
      'a process that is there already; programs (`…`) and the packages that start them count with ' +
      'their start, as they do for those who use them. The floor makes nothing of what it reads. ' +
      '`ss`, `netstat` and some others tell TCP alone; socktable tells UDP too.',
    ...results.map(sizeTable),
    aims(results.at(-1)),
  ].join('\n\n')
}
