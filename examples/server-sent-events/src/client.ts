/** Prints the events of three streams as they come: a good one, one that breaks off, one that never begins. */

const url = process.argv[2] ?? 'http://127.0.0.1:8000'

for (const body of [{ text: 'one word after the other' }, { text: 'well until 42 comes' }, {}]) {
  const response = await fetch(`${url}/inference`, {
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    body: JSON.stringify(body),
  })
  for await (const { event, data } of eventsOf(response)) console.log(`${event}: ${data}`)
}

/** Reads `text/event-stream`. Blocks without data are comments, sent to keep the connection alive. */
async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: string }> {
  let unread = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (unread + chunk).split('\n\n')
    unread = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n')
      const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6))
      const name = lines.find((line) => line.startsWith('event: '))?.slice(7)
      if (data.length > 0) yield { event: name ?? 'message', data: data.join('\n') }
    }
  }
}
