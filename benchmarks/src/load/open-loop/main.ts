/** The generator's process: takes one plan, carries it out, reports, ends. */

import { Generator } from './generator.ts'
import type { LoadPlan } from './plan.ts'

process.once('message', async (plan: LoadPlan) => {
  const report = await new Generator(plan).run()
  process.send?.(report, () => process.exit(0))
})
