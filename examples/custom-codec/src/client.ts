/** Sends a table as CSV and reads it back as CSV, as JSON, and as an error that says where it is wrong. */

const url = `${process.argv[2] ?? 'http://127.0.0.1:8000'}/normalise`

const requests: [body: string, accept: string][] = [
  ['1,10\n2,20\n', 'text/csv'],
  ['1,10\n2,20\n', 'application/json'],
  ['1,10\n2,ten\n', 'text/csv'],
]

for (const [body, accept] of requests) {
  const headers = { 'content-type': 'text/csv', accept }
  const response = await fetch(url, { method: 'POST', headers, body })
  console.log(response.status, response.headers.get('content-type'), JSON.stringify(await response.text()))
}
