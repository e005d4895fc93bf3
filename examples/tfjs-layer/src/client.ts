/** Sends a vector and a matrix, which the server refuses. */

import { msgpack, type Tensor } from '@mosec/codec-msgpack'

const url = process.argv[2] ?? 'http://127.0.0.1:8000'
const { encode, decode } = msgpack()

const vector: Tensor = { dtype: 'float32', shape: [3], data: Float32Array.of(0.5, 1, 2) }
const matrix: Tensor = { dtype: 'float32', shape: [1, 3], data: Float32Array.of(0.5, 1, 2) }

for (const tensor of [vector, matrix]) {
  const response = await fetch(`${url}/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/msgpack' },
    body: new Uint8Array(encode(tensor)),
  })
  const answer = response.ok ? decode(new Uint8Array(await response.arrayBuffer())) : await response.text()
  console.log(response.status, answer)
}
