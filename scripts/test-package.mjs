// Packs the package as it would be published and uses it as its users do. Needs the prebuild of this
// machine: "npm run prebuild" first.
import './package/contents.mjs'
import './package/installs.mjs'
import './package/bundles.mjs'
import './package/types.mjs'
import { passedChecks } from './package/project.mjs'

console.log(`${passedChecks()} passed, 0 failed`)
