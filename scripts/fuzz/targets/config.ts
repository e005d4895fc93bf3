/** Flags and variables: settings come of them, a help, or one line of complaint. One argument or variable a line. */

import { ok } from 'node:assert/strict'
import { optionList } from '../../../packages/mosec/src/config/option-table.ts'
import { resolveConfig } from '../../../packages/mosec/src/config/resolve-config.ts'
import { type Target, textsAsBytes } from '../target.ts'

const flags = optionList.map(({ flag }) => `--${flag}`)
const variables = optionList.map(({ env }) => `${env}=`)

/** Settings. */
export const config: Target = {
  name: 'config',
  maxBytes: 300,
  words: textsAsBytes([
    '\n',
    '=',
    '--',
    '0',
    '-1',
    '65536',
    '2147483648',
    '1e3',
    'true',
    '::1',
    ...flags,
    ...variables,
  ]),
  seeds: textsAsBytes([
    '--port\n0\n--address=127.0.0.1',
    '--compression\nMOSEC_TIMEOUT=100',
    '--log-level\nwarning\n--path\n./x',
    '--help',
  ]),
  run(input) {
    const lines = Buffer.from(input).toString('utf8').split('\n')
    const isVariable = (line: string): boolean => /^MOSEC_\w+=/.test(line)
    const env = Object.fromEntries(lines.filter(isVariable).map((line) => line.split(/=(.*)/s).slice(0, 2)))
    try {
      ok(
        ['config', 'help', 'version'].includes(
          resolveConfig({ argv: lines.filter((line) => !isVariable(line)), env }).kind,
        ),
      )
    } catch (error) {
      ok(error instanceof Error && Reflect.get(error, 'code') === 'configuration_error', String(error))
      ok(/^[^\r\n]+$/.test(error.message), `one line: ${JSON.stringify(error.message)}`)
    }
  },
}
