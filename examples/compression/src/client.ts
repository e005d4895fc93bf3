/** Sends a compressed text and tells how many bytes went each way. */

import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

const url = process.argv[2] ?? 'http://127.0.0.1:8000'

const words = Array.from(
  { length: 20_000 },
  (_, index) => `word${String.fromCharCode(97 + (index % 26))}${'a'.repeat(index % 7)}`,
)
const json = Buffer.from(JSON.stringify({ text: words.join(' ') }))
const body = await promisify(gzip)(json)

const asked = request(`${url}/inference`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', 'accept-encoding': 'gzip' },
})
asked.end(body)

// `fetch` would decompress the answer by itself; here we see what travels.
asked.on('response', async (response) => {
  const received = await buffer(response)
  const isZipped = response.headers['content-encoding'] === 'gzip'
  const answer = isZipped ? await promisify(gunzip)(received) : received
  console.log(`${response.statusCode} sent ${body.length} bytes for ${json.length}`)
  console.log(`received ${received.length} bytes for ${answer.length}`)
  console.log(`${Object.keys(JSON.parse(answer.toString())).length} different words`)
})
