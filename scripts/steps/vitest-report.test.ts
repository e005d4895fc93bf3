/** The last line of `npm test`. */

import { expect, test } from 'vitest'
import { readSummary, summaryLine } from './vitest-report.mjs'

const counts = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }

test('counts what passed, failed and was skipped or left to do', () => {
  const testResults = [{ status: 'failed', assertionResults: [{}] }]
  expect(summaryLine({ ...counts, testResults })).toBe('5 passed, 1 failed, 3 skipped')
})

test('a file that does not even load is a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }]
  expect(summaryLine({ ...counts, numFailedTests: 0, testResults })).toBe('5 passed, 1 failed, 3 skipped')
})

test('says so when there is no report', () => {
  expect(readSummary('/no/such/report.json')).toBe('no test report was written')
})
