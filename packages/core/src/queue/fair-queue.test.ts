import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Priority } from '../contract/priority.ts'
import type { Task } from '../contract/task.ts'
import { makeTask } from '../testing/make-task.ts'
import { FairQueue } from './fair-queue.ts'

function queueOf(...routes: string[]): FairQueue {
  const queue = new FairQueue()
  for (const route of routes) queue.addRoute(route)
  return queue
}

function fill(queue: FairQueue, route: string, count: number): Task[] {
  const tasks = Array.from({ length: count }, () => makeTask({ route }))
  for (const task of tasks) queue.push(task)
  return tasks
}

function take(queue: FairQueue, count = Number.POSITIVE_INFINITY): Task[] {
  const tasks: Task[] = []
  while (tasks.length < count) {
    const task = queue.shift()
    if (task === undefined) break
    tasks.push(task)
  }
  return tasks
}

const routesOf = (tasks: readonly Task[]) => tasks.map(({ route }) => route).join(' ')

describe('FairQueue', () => {
  it('is first come first served for one route', () => {
    const queue = queueOf('/a')
    const tasks = fill(queue, '/a', 5)
    expect(queue.first).toBe(tasks[0])
    expect(take(queue)).toEqual(tasks)
    expect([queue.length, queue.ready, queue.first]).toEqual([0, 0, undefined])
  })

  it('gives routes their turns, however much one of them sends', () => {
    const queue = queueOf('/flood', '/calm')
    fill(queue, '/flood', 100)
    fill(queue, '/calm', 2)
    expect(routesOf(take(queue, 6))).toBe('/flood /calm /flood /calm /flood /flood')
    fill(queue, '/calm', 1)
    expect(routesOf(take(queue, 2))).toBe('/flood /calm')
  })

  it('passes over a route whose next stage is full, until it has room', () => {
    const queue = queueOf('/slow', '/fast')
    const [slow] = fill(queue, '/slow', 2)
    const fast = fill(queue, '/fast', 2)
    queue.block()
    expect([queue.length, queue.ready]).toEqual([4, 2])
    fill(queue, '/slow', 1)
    expect(take(queue)).toEqual(fast)
    expect([queue.length, queue.ready, queue.first]).toEqual([3, 0, undefined])
    queue.unblock()
    expect([queue.ready, queue.first]).toEqual([3, slow])
    expect(take(queue)).toHaveLength(3)
  })

  it('counts what would be taken before a newcomer, turns of the other routes among it', () => {
    const queue = queueOf('/flood', '/calm')
    fill(queue, '/flood', 100)
    fill(queue, '/calm', 3)
    expect(queue.before('/calm', 'normal')).toBe(3 + 4)
    expect(queue.before('/flood', 'normal')).toBe(103)
    expect(queue.before('/flood', 'high')).toBe(1)
  })

  it('refuses a route that was not added, and still works', () => {
    const queue = queueOf('/a')
    expect(() => queue.push(makeTask({ route: '/b' }))).toThrow(RangeError)
    const tasks = fill(queue, '/a', 1)
    expect(take(queue)).toEqual(tasks)
  })

  it('lets the urgent go first, but nobody starve', () => {
    const queue = queueOf('/a')
    const push = (priority: Priority, admittedMs: number) => {
      const task = makeTask({ route: '/a', priority, admittedMs })
      queue.push(task)
      return `${priority} ${admittedMs}`
    }
    push('low', 0)
    push('normal', 0)
    push('normal', 900)
    push('high', 900)
    push('low', 900)
    push('high', 2500)
    const order = take(queue).map(({ priority, admittedMs }) => `${priority} ${admittedMs}`)
    expect(order).toEqual(['high 900', 'normal 0', 'normal 900', 'low 0', 'high 2500', 'low 900'])
  })

  it('keeps counts, order and turns under any mix of operations', () => {
    const operation = fc.record({
      kind: fc.constantFrom('push', 'push', 'unshift', 'shift', 'remove', 'block', 'unblock'),
      route: fc.constantFrom('/a', '/b', '/c'),
      pick: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 150 }), (operations) => {
        const queue = queueOf('/a', '/b', '/c')
        const model: Record<string, Task[]> = { '/a': [], '/b': [], '/c': [] }
        const blocked = new Set<string>()
        const all = () => Object.values(model).flat()
        for (const { kind, route, pick } of operations) {
          const lane = model[route] ?? []
          if (kind === 'push' || kind === 'unshift') {
            const task = makeTask({ route })
            queue[kind](task)
            lane[kind](task)
          } else if (kind === 'shift') {
            const task = queue.shift()
            if (task === undefined) expect(all().every((one) => blocked.has(one.route))).toBe(true)
            else {
              expect(blocked.has(task.route)).toBe(false)
              expect(task).toBe(model[task.route]?.shift())
            }
          } else if (kind === 'remove') {
            const tasks = all()
            const task = tasks[pick % Math.max(1, tasks.length)]
            if (task !== undefined) {
              expect(queue.remove(task)).toBe(true)
              expect(queue.remove(task)).toBe(false)
              model[task.route] = (model[task.route] ?? []).filter((one) => one !== task)
            }
          } else if (kind === 'block') {
            if (queue.first !== undefined) blocked.add(queue.first.route)
            queue.block()
          } else {
            blocked.clear()
            queue.unblock()
          }
          const ready = all().filter((task) => !blocked.has(task.route))
          expect([queue.length, queue.ready]).toEqual([all().length, ready.length])
        }
        queue.unblock()
        const left = take(queue)
        for (const route of Object.keys(model)) {
          expect(left.filter((task) => task.route === route)).toEqual(model[route])
        }
        expectTurns(left)
      }),
    )
  })
})

/** Between two tasks of one route, every route that still has tasks was served once. */
function expectTurns(tasks: readonly Task[]): void {
  const left = new Map<string, number>()
  for (const { route } of tasks) left.set(route, (left.get(route) ?? 0) + 1)
  const served: string[] = []
  for (const { route } of tasks) {
    const since = served.slice(served.lastIndexOf(route) + 1)
    if (served.includes(route)) {
      for (const [other, count] of left) if (other !== route && count > 0) expect(since).toContain(other)
    }
    left.set(route, (left.get(route) ?? 0) - 1)
    served.push(route)
  }
}
