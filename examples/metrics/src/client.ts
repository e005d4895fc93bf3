/** Sends numbers, then shows the metrics that the example adds. */

import { setTimeout as sleep } from 'node:timers/promises'

const url = process.argv[2] ?? 'http://127.0.0.1:8000'

const ask = (num: number): Promise<Response> =>
  fetch(`${url}/inference`, { method: 'POST', body: JSON.stringify({ num }) })

await Promise.all(Array.from({ length: 20 }, (_, num) => ask(num)))
// Replicas write once a second.
await sleep(1500)
const page = await (await fetch(`${url}/metrics`)).text()
console.log(page.match(/^(?:inference_result|slow_answers).*$/gm)?.join('\n'))
