/** A backend is installed, and this machine lacks what it computes on. */

/** The message says what is missing, and then the next step. */
export class NoDeviceError extends Error {
  readonly what: string
  readonly nextStep: string

  constructor(what: string, nextStep: string) {
    super(`${what}: ${nextStep}`)
    this.name = 'NoDeviceError'
    this.what = what
    this.nextStep = nextStep
  }
}
