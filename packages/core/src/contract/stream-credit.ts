/**
 * How much of a stream may be under way between a replica and its sink. The replica spends credit, the scheduler gives
 * it back as the sink takes the events, in a few large grants rather than many small ones.
 */

/**
 * Credit that every stream begins with: 256 events of less than 1 KiB. A replica that has spent it waits for a grant.
 * A grant is a message between processes, so a short answer should need none, and a long one few.
 */
export const STREAM_WINDOW = 256

/** So much is granted at once. */
const GRANT = STREAM_WINDOW / 2
const BYTES_PER_CREDIT = 1024

/** What an event costs: 1, and 1 more for each KiB, so that a window bounds memory too. */
export function creditOf(event: Uint8Array): number {
  return 1 + Math.floor(event.length / BYTES_PER_CREDIT)
}

/** The scheduler's account of one stream. */
export class StreamCredit {
  #taken = 0
  #isFull = false

  /**
   * The sink took an event.
   * @param isFull the sink wants no more until `resumed`.
   * @returns credit to grant now, 0 for none.
   */
  took(event: Uint8Array, isFull: boolean): number {
    this.#taken += creditOf(event)
    this.#isFull = isFull
    return this.#due()
  }

  /** The sink has room again. Returns credit to grant now, 0 for none. */
  resumed(): number {
    this.#isFull = false
    return this.#due()
  }

  #due(): number {
    if (this.#isFull || this.#taken < GRANT) return 0
    const credit = this.#taken
    this.#taken = 0
    return credit
  }
}
