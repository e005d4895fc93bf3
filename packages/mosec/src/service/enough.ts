/** Waits for some of many. */

/** Resolves when `count` of the promises have, rejects when that can no longer be, with the first reason. */
export function enough(starts: readonly Promise<unknown>[], count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let ready = 0
    const reasons: unknown[] = []
    for (const start of starts) {
      start.then(
        () => {
          ready++
          if (ready >= count) resolve()
        },
        (reason) => {
          reasons.push(reason)
          if (starts.length - reasons.length < count) reject(reasons[0])
        },
      )
    }
  })
}
