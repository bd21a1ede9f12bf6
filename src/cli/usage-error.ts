/** Wrong usage of the command: ends it with exit code 2. */
export class UsageError extends Error {}
