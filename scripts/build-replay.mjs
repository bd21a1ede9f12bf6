// node scripts/build-replay.mjs OUTPUT [COMPILER FLAGS...]: builds test/native/replay_main.cc.
import { build, replaySources } from './native-tools.mjs'

const [output, ...flags] = process.argv.slice(2)
await build({
  compiler: process.env.CXX ?? 'g++',
  flags: ['-std=c++17', '-O1', '-g', ...flags],
  sources: replaySources('replay_main.cc'),
  output,
})
