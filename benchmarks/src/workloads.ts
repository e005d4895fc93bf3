/** What is measured, by id. */

import { belowCapacity } from './below-capacity/below-capacity.ts'
import { echo } from './closed-loop/echo.ts'
import { pythonWorkers } from './closed-loop/python-workers.ts'
import { sleepingModel } from './closed-loop/sleeping-model.ts'
import { faults } from './faults/faults.ts'
import { ingress } from './ingress/ingress.ts'
import { overload } from './overload/overload.ts'
import { crossover, payloads } from './payloads/payloads.ts'
import { policies } from './policies/policies.ts'
import { runtimes } from './runtimes/runtimes.ts'
import { soak } from './soak/soak.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [
  echo,
  sleepingModel,
  belowCapacity,
  ...pythonWorkers,
  overload,
  faults,
  soak,
  runtimes,
  policies,
  payloads,
  crossover,
  ingress,
]
