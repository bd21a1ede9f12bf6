/** The options that say where a port is meant: protocol and host. */

import type { BindTargetOptions } from '../index.ts'
import type { Expected } from './options.ts'
import { UsageError } from './usage-error.ts'

export const PLACE: {
  readonly tcp: { readonly type: 'boolean'; readonly short: 't' }
  readonly udp: { readonly type: 'boolean'; readonly short: 'u' }
  readonly host: { readonly type: 'string' }
} = {
  tcp: { type: 'boolean', short: 't' },
  udp: { type: 'boolean', short: 'u' },
  host: { type: 'string' },
}

export const EXPECTED_PLACE: Expected = { host: 'an address such as 127.0.0.1' }

export function parsePlace(values: {
  readonly tcp?: boolean
  readonly udp?: boolean
  readonly host?: string
}): BindTargetOptions {
  if (values.tcp && values.udp) throw new UsageError('--tcp and --udp exclude each other here')
  return {
    protocol: values.udp ? 'udp' : 'tcp',
    ...(values.host !== undefined && { host: values.host }),
  }
}
