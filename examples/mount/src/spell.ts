/** A stream, letter by letter. */

import { setTimeout as sleep } from 'node:timers/promises'
import { StreamWorker } from 'mosec'

export default class Spell extends StreamWorker<{ text: string }> {
  override async *forward({ text }: { text: string }): AsyncGenerator<string> {
    for (const letter of text) {
      await sleep(20)
      yield letter
    }
  }
}
