/** Vitest's own report, in one line. */

import { readFileSync } from 'node:fs'

/**
 * The parts of vitest's JSON report that count.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} [numTodoTests]
 * @property {readonly { status: string, assertionResults: readonly unknown[] }[]} testResults
 */

/**
 * `12 passed, 0 failed, 1 skipped`. A file that fails before its first test counts as one failed test.
 * @param {Report} report
 * @returns {string}
 */
export function summaryLine(report) {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length
  const failed = report.numFailedTests + brokenFiles
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0)
  return `${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * @param {string} path of the report
 * @returns {string} the line, or why there is none.
 */
export function readSummary(path) {
  try {
    return summaryLine(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return 'no test report was written'
  }
}
