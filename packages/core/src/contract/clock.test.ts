/** The machine's clock. */

import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'

afterEach(() => vi.restoreAllMocks())

it('a time that is past is now, and Node is not asked for less than nothing', async () => {
  const setTimeout = vi.spyOn(globalThis, 'setTimeout')
  await new Promise<void>((resolve) => systemClock.after(-1.5, resolve))
  expect(setTimeout).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 0)
})
