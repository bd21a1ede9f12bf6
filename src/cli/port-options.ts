/** The options that say which port of which protocol and host. */

import type { BindTargetOptions, Protocol } from '../index.ts'
import { type Flag, type Single, type Values, given } from './option.ts'
import { UsageError } from './usage-error.ts'
import { parseText } from './values.ts'

/** The protocol, where TCP is meant unless said otherwise. */
export const PROTOCOL_OPTIONS: { readonly tcp: Flag; readonly udp: Flag } = {
  tcp: { kind: 'flag', short: 't', help: 'TCP (the default)' },
  udp: { kind: 'flag', short: 'u', help: 'UDP' },
}

/** Where a server would listen. */
export const BIND_TARGET_OPTIONS: typeof PROTOCOL_OPTIONS & { readonly host: Single<string> } = {
  host: {
    kind: 'single',
    placeholder: 'ADDRESS',
    needs: 'an address such as 127.0.0.1',
    parse: parseText,
    help: 'where the server would listen; default: every address',
  },
  ...PROTOCOL_OPTIONS,
}

export const JSON_OPTION: Flag = { kind: 'flag', help: 'one JSON object' }

/** One protocol. */
export function protocolOf({ tcp, udp }: Values<typeof PROTOCOL_OPTIONS>): Protocol {
  if (tcp && udp) throw new UsageError('--tcp and --udp exclude each other here')
  return udp ? 'udp' : 'tcp'
}

/** One protocol or both. */
export function protocolsOf({
  tcp,
  udp,
}: Values<typeof PROTOCOL_OPTIONS>): Protocol | readonly Protocol[] {
  if (!udp) return 'tcp'
  return tcp ? ['tcp', 'udp'] : 'udp'
}

export function bindTargetOf(values: Values<typeof BIND_TARGET_OPTIONS>): BindTargetOptions {
  return { protocol: protocolOf(values), ...given({ host: values.host }) }
}
