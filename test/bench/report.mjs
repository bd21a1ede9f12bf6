// The measurements as Markdown.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const milliseconds = (time) => (time < 10 ? time.toFixed(2) : time.toFixed(time < 100 ? 1 : 0))
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`

/** One row per contestant, two columns per size: milliseconds, and how many times socktable's. */
function questionTable(question, results) {
  const names = Object.keys(results[0].times[question])
  const header = results.flatMap(({ size }) => [`${size.toLocaleString('en')}`, '×'])
  const lines = names.map((name) => {
    const [first] = names.filter((each) => each.startsWith('socktable'))
    const cells = results.flatMap(({ times: all }) => {
      const own = median(all[question][first])
      const measured = all[question][name]
      if (measured.length === 0) return ['not installed', '']
      return [milliseconds(median(measured)), times(median(measured) / own)]
    })
    return `| ${name} | ${cells.join(' | ')} |`
  })
  return [
    `| ${question}, ms | ${header.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(header.length)}`,
    ...lines,
  ].join('\n')
}

/** How much later the command ends than a Node.js that does nothing. */
function startTable(starts) {
  const bare = median(starts['node -e 0'])
  const lines = Object.entries(starts).map(
    ([name, measured]) =>
      `| ${name} | ${milliseconds(median(measured))} | ${times(median(measured) / bare)} |`,
  )
  return ['| from start to end, ms | | × |', '| --- | ---: | ---: |', ...lines].join('\n')
}

/** What was aimed at: starts, and the rest for the largest size. */
function aims(starts, { size, times: all, memory }, watched) {
  const start = (name) => median(starts[name]) / median(starts['node -e 0'])
  const of = (question, name) => median(all[question][name] ?? [])
  const without = 'all sockets, without owners'
  const owners = 'all sockets, with owners'
  const port = 'the owner of one listening port'
  const peers = Object.entries(all[port])
    .filter(([name, measured]) => !name.startsWith('socktable') && measured.length > 0)
    .map(([, measured]) => median(measured))
  const plain = 'plain C (floor)'
  const whole = 'all sockets with owners, whole processes'
  const lines = [
    ['socktable --version, of node -e 0', start('socktable --version'), '<=', 1.25],
    ['socktable who PORT, of node -e 0', start('socktable who PORT'), '<=', 1.5],
    ['socktable, of node -e 0', start('socktable'), '<=', 1.5],
    [
      'list --all --json, of ss -Htanp',
      of(whole, 'socktable list --all --json') / of(whole, 'ss -Htanp'),
      '<=',
      0.3,
    ],
    ['without owners, of the floor', of(without, 'socktable') / of(without, plain), '<=', 1.2],
    ['with owners, of the floor', of(owners, 'socktable') / of(owners, plain), '<=', 1.1],
    ['faster than ss -Htanp', of(owners, 'ss -Htanp') / of(owners, 'socktable'), '>=', 5],
    ['faster than psutil', of(owners, 'psutil') / of(owners, 'socktable'), '>=', 4],
    [
      'faster than systeminformation',
      of(owners, 'systeminformation') / of(owners, 'socktable'),
      '>=',
      8,
    ],
    ['one port, faster than the fastest', Math.min(...peers) / of(port, 'socktable'), '>=', 30],
    ['bytes of peak memory per row', median(memory), '<=', 250],
    ['a poll of watchSockets, of the floor', watched.processor / watched.floor, '<=', 1.2],
    ['longest hold of its event loop, ms', watched.delay.most, '<=', 5],
  ]
  const rows = lines.map(([what, value, relation, aim]) => {
    const met = relation === '<=' ? value <= aim : value >= aim
    const verdict = Number.isNaN(value) ? 'not measured' : met ? 'met' : 'not met'
    return `| ${what} | ${relation} ${aim} | ${value.toFixed(value < 100 ? 2 : 0)} | ${verdict} |`
  })
  const header = `| aim at ${size.toLocaleString('en')} sockets | aimed at | measured | |`
  return [header, '| --- | ---: | ---: | --- |', ...rows].join('\n')
}

/** What a poll of watchSockets costs, beside a look of those who look again for each. */
function watchTable({ size }, watched) {
  const { floor, processor, looks } = watched
  const lines = Object.entries({
    'plain C (floor), without owners': floor,
    watchSockets: processor,
    ...looks,
  })
  const { logged, outlived, faults, steadyChanges, delay, growth } = watched
  return [
    `| processor time of a look, ${size.toLocaleString('en')} sockets, ms | | × |`,
    '| --- | ---: | ---: |',
    ...lines.map(([name, value]) =>
      value === null
        ? `| ${name} | not installed | |`
        : `| ${name} | ${milliseconds(value)} | ${times(value / processor)} |`,
    ),
    '',
    `Of ${logged} sockets that opened and closed during that time, ${outlived} outlived two polls; ` +
      `${faults.length + steadyChanges} were reported wrongly. The event loop was held for at most ` +
      `${milliseconds(delay.most)} ms, that of a thread with nothing to do for ` +
      `${milliseconds(delay.idle)} ms. Memory grew by ${growth.memory.toFixed(1)} MB. The search of all ` +
      'owners, once a minute here, is not in the time of a look.',
  ].join('\n')
}

export function report({ machine, starts, results, watched }) {
  const questions = Object.keys(results[0].times)
  return [
    `Medians in milliseconds, and as multiples of socktable's. ${machine.cpu}, Linux ${machine.kernel}, ` +
      `Node.js ${machine.node}, ${machine.ss}; sockets in 50 processes. Programs count with their start, ` +
      'as they do for those who call them; the floor and psutil measure themselves.',
    ...questions.map((question) => questionTable(question, results)),
    startTable(starts),
    aims(starts, results.at(-1), watched),
    watchTable(results.at(-1), watched),
  ].join('\n\n')
}
