/** The pages of the documentation. */

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './stage.ts'

/** scripts/build-types.mjs writes it: its one block is the report of the API. */
export const API_REPORT: string = join('docs', 'socktable.api.md')

/** Their paths in the repository, which are those in the package. */
export const PAGES: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .map((name) => join('docs', name))
    .filter((name) => name.endsWith('.md') && name !== API_REPORT),
]

export const readPage = (page: string): string => readFileSync(join(root, page), 'utf8')
