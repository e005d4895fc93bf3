/** Asks with OpenAI's own client how alike some sentences are. */

import OpenAI from 'openai'

const url = process.argv[2] ?? 'http://127.0.0.1:8000'
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })

const input = ['How old are you?', 'What is your age?', 'The train to Geneva leaves at noon.']
const { data } = await openai.embeddings.create({ model: 'universal-sentence-encoder-lite', input })

const [question, ...others] = data.map(({ embedding }) => embedding)
others.forEach((other, index) => {
  // The vectors have unit length, so this sum is their cosine: 1 means the same.
  const cosine = question?.reduce((sum, value, n) => sum + value * (other[n] ?? 0), 0)
  console.log(cosine?.toFixed(2), input[0], '/', input[index + 1])
})
