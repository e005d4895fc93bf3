/** What a person who started the server may try next. */

/**
 * Routes and command lines, ending with a new line.
 * @param url the server's own, without a slash at the end.
 */
export function readyMessage(url: string): string {
  return `
Ready. Try, from another terminal:

  Text embeddings, as OpenAI's API has them   POST /v1/embeddings
    curl ${url}/v1/embeddings -H 'Content-Type: application/json' -d '{"input": "How old are you?"}'

  Is this picture safe to show?               POST /v1/images/classify
    curl ${url}/v1/images/classify -H 'Content-Type: image/jpeg' --data-binary @photo.jpg

  Metrics                                     GET  /metrics
    curl ${url}/metrics

Ctrl-C stops it.
`
}
