/** Asks both routes. */

import { msgpack } from '@mosec/codec-msgpack'

const url = process.argv[2] ?? 'http://127.0.0.1:8000'
const { encode, decode } = msgpack()

const typed = { bin: Buffer.from('hello mosec with type check'), name: 'type check' }
const packed = await fetch(`${url}/v1/inference`, {
  method: 'POST',
  headers: { 'content-type': 'application/msgpack' },
  body: Buffer.from(encode(typed)),
})
console.log(packed.status, decode(new Uint8Array(await packed.arrayBuffer())))

const raw = await fetch(`${url}/inference`, { method: 'POST', body: 'hello mosec' })
console.log(raw.status, await raw.json())
