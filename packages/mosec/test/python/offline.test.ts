/** Where PyPI cannot be reached, what needs it is left out, with the reason, and the border is covered all the same. */

import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { tempFolder } from '../temp-folder.ts'
import { noPython } from './pythons.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const script = join(root, 'packages/python/make-venvs.sh')
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

const suites = 'packages/mosec/test/python/'

/** What Vitest's report in JSON says, as far as we look. */
interface TestReport {
  readonly numFailedTests: number
  readonly numFailedTestSuites: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** Runs all tests of this folder with environments from another one. */
async function testsWith(pythonFolder: string): Promise<{ report: TestReport; said: string }> {
  const report = join(pythonFolder, 'report.json')
  const flags = ['--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const { VITEST: _, ...env } = process.env
  const options = { cwd: root, env: { ...env, TEST_PYTHONS: pythonFolder } }
  const { stdout } = await run(process.execPath, [vitest, 'run', suites, ...flags], options)
  return { report: JSON.parse(await readFile(report, 'utf8')), said: stdout }
}

// A machine without the environments shows it in every run; so this is left out in the run below, too.
describe.skipIf(noPython !== undefined)('without PyPI', () => {
  it('no environment is made, what needs one is skipped with the reason, and the fake peer speaks', async () => {
    await using temp = await tempFolder()
    await copyFile(script, join(temp.path, 'make-venvs.sh'))
    const pip = {
      PIP_INDEX_URL: `http://127.0.0.1:${await freePort()}/simple`,
      PIP_EXTRA_INDEX_URL: '',
      PIP_FIND_LINKS: '',
      PIP_RETRIES: '0',
    }
    const made = run('bash', [join(temp.path, 'make-venvs.sh')], { env: { ...process.env, ...pip } })
    await expect(made).rejects.toMatchObject({ stderr: expect.stringContaining('No matching distribution') })

    const { report, said } = await testsWith(join(temp.path, '.venv'))
    expect(said).toContain(
      'left out: no Python with Mosec: packages/python/make-venvs.sh makes it, from PyPI',
    )
    expect(report).toMatchObject({ numFailedTests: 0, numFailedTestSuites: 0 })
    expect(report.numPendingTests).toBeGreaterThan(50)
    const border = report.testResults.find(({ name }) => name.endsWith('fake-peer.test.ts'))
    expect(border?.assertionResults.map(({ status }) => status)).toEqual(Array(4).fill('passed'))
  }, 60_000)
})
