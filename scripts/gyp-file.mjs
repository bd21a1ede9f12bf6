// What binding.gyp says, for builds that node-gyp does not make: so that sources and definitions
// stand in one place.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './native-tools.mjs'

const CONDITION = /^OS(==|!=)'(\w+)'$/

function holds(condition, os) {
  return condition.split(' and ').every((part) => {
    const [, operator, name] = CONDITION.exec(part) ?? []
    return operator === '==' ? os === name : operator === '!=' && os !== name
  })
}

/** The sources and definitions of the addon for `os`: linux, mac or win. */
export function addonBuild(os) {
  // A literal of Python that is one of JavaScript too, but for its comments.
  const text = readFileSync(join(root, 'binding.gyp'), 'utf8').replace(/^\s*#.*$/gm, '')
  const [target] = new Function(`return ${text}`)().targets
  const parts = [
    target,
    ...target.conditions.filter(([condition]) => holds(condition, os)).map(([, part]) => part),
  ]
  const all = (name) => parts.flatMap((part) => part[name] ?? [])
  return { name: target.target_name, sources: all('sources'), defines: all('defines') }
}
