/** A build that cannot go on, with what helps. */

/** The message says what is wrong, in the words of the tool that failed where there are any. */
export class BuildError extends Error {
  /** What to do next: a command where possible. */
  readonly nextStep: string

  constructor(message: string, nextStep: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BuildError'
    this.nextStep = nextStep
  }
}
