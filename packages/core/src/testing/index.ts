/** `@mosec/core/testing`: what tests of core and of plugins need. Runs under any test runner. */

export { FakeClock } from './fake-clock.ts'
