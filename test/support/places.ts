/** Addresses that take a port from each other or don't, with IPV6_V6ONLY of a server there. */
export const PLACES = [
  ['0.0.0.0', false],
  ['127.0.0.1', false],
  ['127.0.0.2', false],
  ['::', false],
  ['::', true],
  ['::1', false],
] as const
