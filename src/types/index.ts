/** All public types of the socket table, by topic. */

export * from './changes.ts'
export * from './counts.ts'
export * from './options.ts'
export * from './socket.ts'
export * from './table.ts'
export * from './values.ts'
