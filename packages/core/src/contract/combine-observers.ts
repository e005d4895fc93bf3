/** Many observers as one, none of which can hurt the others or the caller. */

import type { Observer } from './observer.ts'

type EventName = keyof Observer

const eventNames: readonly EventName[] = [
  'admitted',
  'refused',
  'queued',
  'dequeued',
  'batchSent',
  'batchReplied',
  'settled',
  'expired',
  'cancelled',
  'retried',
  'isolated',
  'replicaChanged',
  'replicaReported',
  'replicaRecycled',
  'stageChanged',
  'answered',
]

/**
 * Tells each event to all observers in order. One that throws is reported once per event name and goes on being told.
 * @param onError told of the first throw of each event name.
 */
export function combineObservers(
  observers: readonly Observer[],
  onError: (error: unknown, event: string) => void,
): Required<Observer> {
  const reported = new Set<EventName>()
  const report = (error: unknown, event: EventName) => {
    if (reported.has(event)) return
    reported.add(event)
    onError(error, event)
  }
  const entries = eventNames.map((event) => [event, fanOut(event, observers, report)])
  return Object.fromEntries(entries) as Required<Observer>
}

function fanOut(
  event: EventName,
  observers: readonly Observer[],
  report: (error: unknown, event: EventName) => void,
): (...data: never[]) => void {
  const listeners = observers.filter((observer) => observer[event] !== undefined)
  return (...data) => {
    for (const listener of listeners) {
      try {
        ;(listener[event] as ((...data: never[]) => void) | undefined)?.apply(listener, data)
      } catch (error) {
        report(error, event)
      }
    }
  }
}
