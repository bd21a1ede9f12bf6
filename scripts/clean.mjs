// Deletes the folders named: a renamed source file must not leave its old output behind.
import { rmSync } from 'node:fs'

for (const folder of process.argv.slice(2)) rmSync(folder, { recursive: true, force: true })
