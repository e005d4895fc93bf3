/** Asks often, and tells which devices answered. */

const url = process.argv[2] ?? 'http://127.0.0.1:8000'

async function ask(): Promise<string> {
  const response = await fetch(`${url}/inference`, { method: 'POST', body: '{}' })
  const { device, replica } = (await response.json()) as { device: string; replica: number }
  return `replica ${replica} on device ${device}`
}

const answers = await Promise.all(Array.from({ length: 200 }, ask))
for (const answer of [...new Set(answers)].sort()) console.log(answer)
