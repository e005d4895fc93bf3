/** A text to 26 counts. */

import { ValidationError, Worker } from 'mosec'

export default class CountLetters extends Worker<string, Float32Array> {
  override example = 'warm up'

  override forward(text: string): Float32Array {
    const counts = new Float32Array(26)
    for (const letter of text.toLowerCase().match(/[a-z]/g) ?? []) {
      const place = letter.charCodeAt(0) - 97
      counts[place] = (counts[place] ?? 0) + 1
    }
    if (counts.every((count) => count === 0)) throw new ValidationError('the text has no letter')
    return counts
  }
}
