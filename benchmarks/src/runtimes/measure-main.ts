/** Measures one model on one backend in this process, and tells it as one line of JSON. */

import { measureLeak, measureSpeed } from './measure.ts'
import { subjects } from './subjects.ts'

const [, , name, backend = '', mode, amount] = process.argv
const subject = subjects.find((one) => one.name === name)
if (subject === undefined)
  throw new Error(`there is no "${name}": ${subjects.map((one) => one.name).join(', ')}`)

async function told(chosen: NonNullable<typeof subject>): Promise<object> {
  const model = await chosen.open(backend)
  if (mode === 'leak') return { leak: await measureLeak(model, Number(amount), 8) }
  return { cells: await measureSpeed(model, chosen.batchSizes, Number(amount)) }
}

const result = await told(subject).catch((error: unknown) => ({ missing: String(error) }))
// A GPU's library may keep the process alive.
process.stdout.write(`\n${JSON.stringify(result)}\n`, () => process.exit())
