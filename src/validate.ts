/** Checks of arguments: each throws Node's own error before anything runs. */

export { checkArray, checkList, checkListOrNone, isList } from './validate/lists.ts'
export type { OptionValues } from './validate/options.ts'
export { checkOption, checkOptions, checkSignal, refuseSignal } from './validate/options.ts'
export type { PortRange } from './validate/ports.ts'
export {
  MOST_PORT_RANGES,
  checkFamily,
  checkHost,
  checkPort,
  checkPortFilter,
  checkPortNumber,
  checkPortNumbers,
  checkPortRange,
  checkProtocol,
} from './validate/ports.ts'
export type { ProcessIdentity } from './validate/values.ts'
export {
  checkBoolean,
  checkDuration,
  checkFlag,
  checkIdentity,
  checkInteger,
  checkOneOf,
  checkPid,
  checkSignalName,
} from './validate/values.ts'
