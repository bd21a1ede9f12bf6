// node scripts/build-replay.mjs OUTPUT [COMPILER FLAGS...]: builds test/native/replay_main.cc.
import { build } from './native/build.mjs'
import { replaySources } from './native/sources.mjs'

const [output, ...flags] = process.argv.slice(2)
await build({
  compiler: process.env.CXX ?? 'g++',
  flags: ['-O1', '-g', ...flags],
  sources: replaySources('replay_main.cc'),
  output,
})
