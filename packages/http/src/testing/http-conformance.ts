/** What every way to an answer must do; run on the direct way, through Hono, and on `fetch`. */

import { afterEach, describe, expect } from 'vitest'
import { answersSuite } from './answers-suite.ts'
import { compressionSuite } from './compression-suite.ts'
import { endpointsSuite } from './endpoints-suite.ts'
import { type HttpSubject, JSON_TYPE, type MakeHttpSubject, post } from './http-suite.ts'
import { refusalsSuite } from './refusals-suite.ts'
import { streamsSuite } from './streams-suite.ts'

/** Declares the suite. */
export function httpConformance(name: string, make: MakeHttpSubject): void {
  describe(`HTTP, ${name}`, () => {
    let subject: HttpSubject
    const start: MakeHttpSubject = async (changes) => {
      subject = await make(changes)
      return subject
    }
    afterEach(() => subject[Symbol.asyncDispose]())

    const stillWorks = async (): Promise<void> => {
      const pending = subject.fetch('/inference', post('again', JSON_TYPE))
      const task = await subject.test.submitter.submitted.next()
      task.succeed('fine')
      expect(await (await pending).text()).toBe('fine')
    }

    for (const suite of [answersSuite, refusalsSuite, endpointsSuite, streamsSuite, compressionSuite]) {
      suite({ start, stillWorks })
    }
  })
}
