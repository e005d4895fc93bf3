/** The worker of this example. Named by module, so that the host's own file runs once only. */

import { ValidationError, Worker } from 'mosec'

export default class Shout extends Worker<{ text: unknown }, { text: string }> {
  override example = { text: 'warm up' }

  override forward({ text }: { text: unknown }): { text: string } {
    if (typeof text !== 'string') throw new ValidationError(`text must be a string, got ${typeof text}`)
    return { text: `${text.toUpperCase()}!` }
  }
}
