import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task } from '../contract/task.ts'
import { makeTask } from '../testing/make-task.ts'
import { DeadlineHeap } from './deadline-heap.ts'

describe('DeadlineHeap', () => {
  it('gives tasks in order of their deadlines after any adds and removes', () => {
    const operation = fc.record({ deadlineMs: fc.nat(1000), removes: fc.boolean(), pick: fc.nat() })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const heap = new DeadlineHeap()
        const model: Task[] = []
        for (const { deadlineMs, removes, pick } of operations) {
          if (removes && model.length > 0) {
            const [gone] = model.splice(pick % model.length, 1)
            if (gone !== undefined) expect(heap.remove(gone)).toBe(true)
          } else {
            const task = makeTask({ deadlineMs })
            heap.add(task)
            model.push(task)
          }
          expect(heap.length).toBe(model.length)
        }
        const expected = model.map((task) => task.deadlineMs).sort((a, b) => a - b)
        const actual: number[] = []
        for (let task = heap.first; task !== undefined; task = heap.first) {
          actual.push(task.deadlineMs)
          heap.remove(task)
        }
        expect(actual).toEqual(expected)
      }),
    )
  })

  it('refuses a task twice, forgets a removed one, and still works', () => {
    const heap = new DeadlineHeap()
    const task = makeTask({ deadlineMs: 5 })
    heap.add(task)
    expect(() => heap.add(task)).toThrow(/already/)
    expect(heap.remove(task)).toBe(true)
    expect(heap.remove(task)).toBe(false)
    heap.add(task)
    expect(heap.first).toBe(task)
  })
})
