/** The two functions that a conformance suite takes from the test runner. */

/** `describe` and `it` of vitest, node:test, mocha... */
export interface SuiteRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => void | Promise<void>): unknown
}
