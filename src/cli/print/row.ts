/** A row as the printers take it: with the groups of fields that were asked for, and maybe others. */

import type { SocketDetails, SocketRow, SocketService } from '../../index.ts'

export type Row = SocketRow & Partial<SocketDetails & SocketService>
