/** What a suite is written against: one way to reach a face, and how its tests begin and end. */

import type { HttpFaceOptions } from '../options.ts'
import type { TestFace } from './test-face.ts'

/** One way to reach a face. */
export interface HttpSubject extends AsyncDisposable {
  readonly test: TestFace
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** Makes a face and a way to it. */
export type MakeHttpSubject = (changes?: Partial<HttpFaceOptions>) => Promise<HttpSubject>

/** What each part of the suite gets. */
export interface Suite {
  /** Makes the subject of a test; it is disposed of afterwards. */
  readonly start: MakeHttpSubject
  /** Every test ends with this: whatever happened, the next request is answered. */
  stillWorks(): Promise<void>
}

/** A POST, as bytes: a client that is given a string would add `content-type: text/plain`. */
export const post = (body: string | Uint8Array, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: Buffer.from(body),
  headers,
})

export const JSON_TYPE = { 'content-type': 'application/json' }
