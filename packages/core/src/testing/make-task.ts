/** Tasks for tests of queues, stages and policies. */

import { Task, type TaskOptions } from '../contract/task.ts'

let nextId = 1

/** A task with harmless defaults; each has an id of its own. */
export function makeTask(options: Partial<TaskOptions> = {}): Task {
  return new Task({
    id: nextId++,
    route: '/inference',
    admittedMs: 0,
    deadlineMs: Number.POSITIVE_INFINITY,
    state: 0,
    bytes: new Uint8Array(),
    sink: { settled() {} },
    isInProcess: false,
    priority: 'normal',
    ...options,
  })
}
