/** Sends a good and a bad request to the echo server. */

const url = process.argv[2] ?? 'http://127.0.0.1:8000'

for (const time of [0.1, 'soon']) {
  const response = await fetch(`${url}/inference`, { method: 'POST', body: JSON.stringify({ time }) })
  console.log(response.status, await response.text())
}
