import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultOf, isSwitch, type OptionDefinition, optionTable } from './option-table.ts'

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')

function row([name, option]: [string, OptionDefinition<unknown>]): string {
  const { flag, env, kind, description } = option
  const flags = isSwitch(option) ? `--${flag}` : `--${flag} ${kind.placeholder}`
  return `| \`${flags}\` | \`${env}\` | \`${name}\` | ${defaultOf(option)} | ${kind.allowed} | ${description} |`
}

// When it fails, the expected rows can be copied from the message into the page.
it('docs/configuration.md has exactly the options that there are', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `--'))
  expect(rows).toEqual(Object.entries(optionTable).map(row))
})
