/** A Python replica uses the memory of large payloads again. */

import { fileURLToPath } from 'node:url'
import { startProgram } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { noPython, pythons } from './pythons.ts'

const file = fileURLToPath(new URL('fixtures/memory.mjs', import.meta.url))

/** Pages of 4 KiB. */
const BODY_PAGES = 37
const BODY = JSON.stringify('x'.repeat(BODY_PAGES * 4096))
const REQUESTS = 20

// Only glibc gives memory back that eagerly, and only it reads these variables.
const isGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header

describe.skipIf(noPython !== undefined || !isGlibc).each(pythons)(
  'Python memory, Mosec $name',
  ({ path }) => {
    it('takes no new page for a large payload when those before it are gone', async () => {
      await using program = await startProgram({ file, env: { TEST_PYTHON: path } })
      const faults = async (): Promise<number> => {
        const response = await fetch(`${program.url}/faults`, { method: 'POST', body: BODY })
        return ((await response.json()) as { faults: number }).faults
      }
      for (let warm = 0; warm < REQUESTS; warm += 1) await faults()
      const before = await faults()
      for (let sent = 1; sent < REQUESTS; sent += 1) await faults()
      expect((await faults()) - before).toBeLessThan((REQUESTS * BODY_PAGES) / 4)
    })
  },
)
