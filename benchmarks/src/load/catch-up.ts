/** Between two loads: a server that computes what clients have left behind would be measured on that, too. */

import { type LoadOptions, listOf } from './load.ts'

/** Work for some hundred clients that left. */
const LONGEST_MS = 60_000

/** Sends one request and waits for its answer, which comes after all that were sent before. */
export async function catchUp({ url, body, contentType }: Omit<LoadOptions, 'seconds'>): Promise<void> {
  const [first = ''] = listOf(body)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof first === 'string' ? first : new Uint8Array(first),
    signal: AbortSignal.timeout(LONGEST_MS),
  })
  await response.arrayBuffer()
}
