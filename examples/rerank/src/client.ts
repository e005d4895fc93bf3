/** Prints the documents, the best answer first. */

const url = `${process.argv[2] ?? 'http://127.0.0.1:8000'}/inference`

const query = 'How do I change my password?'
const docs = [
  'Our offices are closed on Sunday.',
  'To set a new password, open the account settings.',
  'Parcels arrive within three days.',
  'You can pay by card or by invoice.',
]

const response = await fetch(url, { method: 'POST', body: JSON.stringify({ query, docs }) })
const { scores } = (await response.json()) as { scores: number[] }

docs
  .map((doc, index) => ({ doc, score: scores[index] ?? 0 }))
  .sort((a, b) => b.score - a.score)
  .forEach(({ doc, score }) => {
    console.log(score.toFixed(2), doc)
  })
