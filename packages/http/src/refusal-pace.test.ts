/** Refusals are answered a few a turn, in order, each once, whatever one of them does. */

import { type Logger, outcomes, silentLogger, systemClock } from '@mosec/core'
import { expect, it } from 'vitest'
import { isForWantOfRoom, RefusalPace } from './refusal-pace.ts'

/** A pace whose turns are ended by hand. */
function pacedBy(logger: Logger = silentLogger) {
  const turns: (() => void)[] = []
  const pace = new RefusalPace({ clock: { ...systemClock, soon: (turn) => turns.push(turn) }, logger })
  return { pace, endTurn: () => turns.shift()?.() }
}

it('answers four in a turn, in the order in which they came', () => {
  const { pace, endTurn } = pacedBy()
  const answered: number[] = []
  for (let n = 1; n <= 6; n++) pace.later(() => answered.push(n))
  expect(answered).toEqual([])
  endTurn()
  expect(answered).toEqual([1, 2, 3, 4])
  pace.later(() => answered.push(7))
  endTurn()
  expect(answered).toEqual([1, 2, 3, 4, 5, 6, 7])
  endTurn()
  pace.later(() => answered.push(8))
  endTurn()
  expect(answered).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

it('goes on when one cannot be answered, and says so', () => {
  const errors: string[] = []
  const { pace, endTurn } = pacedBy({ ...silentLogger, error: (message) => errors.push(message) })
  let isAnswered = false
  pace.later(() => {
    throw new Error('the socket broke')
  })
  pace.later(() => {
    isAnswered = true
  })
  endTurn()
  expect([isAnswered, errors]).toEqual([true, ['a refusal could not be answered']])
})

it('is for those that the scheduler has no room for', () => {
  const paced = Object.entries(outcomes).filter(([, outcome]) => isForWantOfRoom(outcome))
  expect(paced.map(([name]) => name).sort()).toEqual(['overloaded', 'queueFull'])
})
