/** Time that a busy machine does not stretch, for tests that bound what something costs. */

/** Processor time of this process so far, in milliseconds. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
