/** Sends a good request and a wrong one. */

const url = process.argv[2] ?? 'http://127.0.0.1:8000'

const bodies = [
  {
    points: [
      { x: 1, y: 1 },
      { x: 4, y: 3 },
    ],
  },
  {
    points: [
      { x: 1, y: 1 },
      { x: '4', y: 3 },
    ],
    unit: 'inch',
  },
]

for (const body of bodies) {
  const response = await fetch(`${url}/box`, { method: 'POST', body: JSON.stringify(body) })
  console.log(response.status, await response.text())
}
