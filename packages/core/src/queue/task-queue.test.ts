import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task } from '../contract/task.ts'
import { makeTask } from '../testing/make-task.ts'
import { TaskQueue } from './task-queue.ts'

function drain(queue: TaskQueue): Task[] {
  const tasks: Task[] = []
  for (let task = queue.shift(); task !== undefined; task = queue.shift()) tasks.push(task)
  return tasks
}

describe('TaskQueue', () => {
  it('gives tasks back in the order they came', () => {
    const queue = new TaskQueue()
    const tasks = [makeTask(), makeTask(), makeTask()]
    for (const task of tasks) queue.push(task)
    expect(queue.length).toBe(3)
    expect(drain(queue)).toEqual(tasks)
    expect(queue.length).toBe(0)
    expect(queue.shift()).toBeUndefined()
  })

  it('refuses a task that waits elsewhere, and still works', () => {
    const [one, other] = [new TaskQueue(), new TaskQueue()]
    const task = makeTask()
    one.push(task)
    expect(() => other.push(task)).toThrow(/in a queue already/)
    expect(other.remove(task)).toBe(false)
    expect(other.length).toBe(0)
    expect(drain(one)).toEqual([task])
  })

  it('behaves as an array under any mix of operations', () => {
    const operation = fc.record({
      kind: fc.constantFrom('push', 'unshift', 'shift', 'remove'),
      pick: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new TaskQueue()
        const model: Task[] = []
        for (const { kind, pick } of operations) {
          if (kind === 'shift') expect(queue.shift()).toBe(model.shift())
          else if (kind === 'remove') {
            const [gone] = model.splice(pick % Math.max(1, model.length), 1)
            if (gone !== undefined) expect(queue.remove(gone)).toBe(true)
          } else {
            const task = makeTask()
            queue[kind as 'push' | 'unshift'](task)
            model[kind as 'push' | 'unshift'](task)
          }
          expect(queue.length).toBe(model.length)
          expect(queue.first).toBe(model[0])
        }
        expect(drain(queue)).toEqual(model)
      }),
    )
  })
})
