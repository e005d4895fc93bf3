/** What is measured, by id. */

import { comparisons } from './comparisons.ts'
import { overload } from './overload/overload.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [...comparisons, overload]
