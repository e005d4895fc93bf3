/** Measures one case in this process, and tells it as a last line of JSON. */

import { caseName, runtimeCases } from './cases.ts'
import { measureCase } from './measure-case.ts'

const [, , name, options = '{}'] = process.argv
const chosen = runtimeCases().find((one) => caseName(one) === name)
if (chosen === undefined) throw new Error(`there is no case "${name}"`)

const told = await measureCase(chosen, JSON.parse(options)).catch((error: unknown) => ({
  missing: String(error),
}))
// A GPU's library may keep the process alive.
process.stdout.write(`\n${JSON.stringify(told)}\n`, () => process.exit())
