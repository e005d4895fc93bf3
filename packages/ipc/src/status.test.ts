/** Codes and flags: Mosec's bits, our HTTP status in the ones it leaves free. */

import type { OutcomeCode } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import { FrameError } from './frame-error.ts'
import { flagOf, flagOfBudget, statusOf } from './status.ts'

describe('a code and its flag', () => {
  const there: readonly [OutcomeCode, number, OutcomeCode][] = [
    ['ok', 1, 'ok'],
    ['bad_request', 2, 'bad_request'],
    ['decoding_error', 2, 'bad_request'],
    ['validation_error', 4, 'validation_error'],
    ['stage_timeout', 16, 'stage_timeout'],
    ['timeout', 16, 'stage_timeout'],
    ['inference_error', 8, 'inference_error'],
    ['server_error', 8, 'inference_error'],
    ['encoding_error', 8, 'inference_error'],
    ['worker_crashed', 8, 'inference_error'],
    ['configuration_error', 8, 'inference_error'],
    ['http_error', 8, 'inference_error'],
  ]

  it.each(there)('%s is %d and reads as %s', (code, flag, back) => {
    expect(flagOf({ code })).toBe(flag)
    expect(statusOf(flag)).toEqual({ code: back })
  })

  it('an event is 32768, whatever its code', () => {
    expect(flagOf({ code: 'ok', isEvent: true })).toBe(32768)
    expect(statusOf(32768)).toEqual({ code: 'ok', isEvent: true })
  })
})

describe('an HTTP status', () => {
  it('survives, every one of them, and Mosec reads the family', () => {
    for (let httpStatus = 400; httpStatus < 600; httpStatus++) {
      const flag = flagOf({ code: 'http_error', httpStatus })
      expect(statusOf(flag)).toEqual({ code: 'http_error', httpStatus })
      expect(flag & 0b1000_0000_0001_1111).toBe(httpStatus < 500 ? 2 : 8)
    }
  })

  it('is written as the protocol says', () => {
    expect(flagOf({ code: 'http_error', httpStatus: 404 })).toBe((404 << 5) | 2)
    expect(flagOf({ code: 'http_error', httpStatus: 503 })).toBe((503 << 5) | 8)
  })

  it('that is none is passed over, and so is one beside another family', () => {
    expect(statusOf((200 << 5) | 2)).toEqual({ code: 'bad_request' })
    expect(statusOf((999 << 5) | 8)).toEqual({ code: 'inference_error' })
    expect(statusOf((404 << 5) | 4)).toEqual({ code: 'validation_error' })
    expect(statusOf((404 << 5) | 1)).toEqual({ code: 'ok' })
  })
})

describe('a flag', () => {
  it('with several bits is read as Mosec reads it: the first that is set', () => {
    expect(statusOf(1 | 8).code).toBe('ok')
    expect(statusOf(4 | 16).code).toBe('validation_error')
    expect(statusOf(32768 | 8)).toEqual({ code: 'ok', isEvent: true })
    expect(statusOf(32768 | 16)).toEqual({ code: 'stage_timeout' })
  })

  it.each([0, 32, 404 << 5])('%d has no known bit and is refused', (flag) => {
    expect(() => statusOf(flag)).toThrow(FrameError)
    expect(() => statusOf(flag)).toThrow(`got ${flag}`)
  })
})

describe('the time budget', () => {
  it.each([
    [0, 0],
    [-5, 0],
    [Number.NaN, 0],
    [0.2, 1],
    [1500, 1500],
    [1499.5, 1500],
    [70_000, 0],
    [Number.POSITIVE_INFINITY, 0],
  ])('%d ms is the flag %d', (budgetMs, flag) => {
    expect(flagOfBudget(budgetMs)).toBe(flag)
  })
})
