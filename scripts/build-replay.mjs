// node scripts/build-replay.mjs OUTPUT [COMPILER FLAGS...]: builds native/replay_main.cc.
import { replaySources, run } from './native-tools.mjs'

const [output, ...flags] = process.argv.slice(2)
const compiler = process.env.CXX ?? 'g++'
run(compiler, [
  '-std=c++17',
  '-O1',
  '-g',
  ...flags,
  '-o',
  output,
  ...replaySources('replay_main.cc'),
])
