/** Asks each route for tensors of several sizes and prints the median time of a request. */

const url = process.argv[2] ?? 'http://127.0.0.1:8000'
const rounds = Number(process.argv[3] ?? 30)

async function ask(route: string, size: number): Promise<number> {
  const startedMs = performance.now()
  const response = await fetch(`${url}${route}`, { method: 'POST', body: JSON.stringify({ size }) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`)
  return performance.now() - startedMs
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

for (const kib of [4, 600, 8192]) {
  for (const route of ['/socket', '/thread', '/redis']) {
    const times: number[] = []
    try {
      for (let round = 0; round < rounds; round++) times.push(await ask(route, kib * 256))
      console.log(`${kib} KiB by ${route}: ${median(times).toFixed(2)} ms`)
    } catch (error) {
      console.log(String(error))
    }
  }
}
