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

/** No event has more data than this; without a list of it, telling costs nothing but the calls. */
type Listener = (first: never, second: never, third: never) => void

function fanOut(
  event: EventName,
  observers: readonly Observer[],
  report: (error: unknown, event: EventName) => void,
): Listener {
  const listeners = observers.flatMap((observer): Listener[] => {
    const listener = observer[event] as Listener | undefined
    return listener === undefined ? [] : [listener.bind(observer)]
  })
  return (first, second, third) => {
    for (const listener of listeners) {
      try {
        listener(first, second, third)
      } catch (error) {
        report(error, event)
      }
    }
  }
}
