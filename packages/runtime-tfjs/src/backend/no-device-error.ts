/** A backend is installed, and this machine lacks what it computes on. */

/** The message says what is missing, and what would bring it. */
export class NoDeviceError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NoDeviceError'
  }
}
