/** What is measured, by id. */

import { belowCapacity } from './below-capacity/below-capacity.ts'
import { busy } from './busy/busy.ts'
import { echo } from './closed-loop/echo.ts'
import { embeddings } from './closed-loop/embeddings.ts'
import { pythonWorkers } from './closed-loop/python-workers.ts'
import { sleepingModel } from './closed-loop/sleeping-model.ts'
import { faults } from './faults/faults.ts'
import { memory } from './footprint/memory.ts'
import { start } from './footprint/start.ts'
import { growth } from './growth/growth.ts'
import { ingress } from './ingress/ingress.ts'
import { overload } from './overload/overload.ts'
import { crossover, payloads } from './payloads/payloads.ts'
import { pictures } from './pictures/pictures.ts'
import { policies } from './policies/policies.ts'
import { runtimes } from './runtimes/runtimes.ts'
import { soak } from './soak/soak.ts'
import { where } from './where/where.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [
  echo,
  sleepingModel,
  busy,
  belowCapacity,
  embeddings,
  pictures,
  ...pythonWorkers,
  overload,
  faults,
  soak,
  runtimes,
  policies,
  payloads,
  crossover,
  ingress,
  growth,
  start,
  memory,
  where,
]
