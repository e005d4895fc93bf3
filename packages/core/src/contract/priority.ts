/** How urgent a task is among those of its route. */

/** What a caller may ask for; `normal` when nothing is said. */
export type Priority = 'high' | 'normal' | 'low'

/** From the most urgent to the least. */
export const priorities = ['high', 'normal', 'low'] as const satisfies readonly Priority[]

/**
 * What a priority is worth, in milliseconds: a task goes before those of `normal` that were admitted up to so much
 * earlier. It is a head start and no rank, so that whoever has waited long enough goes first, and nobody starves.
 */
const HEAD_STARTS_MS: Readonly<Record<Priority, number>> = { high: 1000, normal: 0, low: -1000 }

/** The time by which tasks of one route are ordered, the earliest first; clock milliseconds. */
export const orderMs = (priority: Priority, admittedMs: number): number =>
  admittedMs - HEAD_STARTS_MS[priority]
