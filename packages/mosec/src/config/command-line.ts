/** The command line: which flags are given, and the help that tells of them. */

import { ConfigurationError } from '@mosec/core'
import { Command, CommanderError, Option } from 'commander'
import { defaultOf, isSwitch, type OptionDefinition, optionList } from './option-table.ts'

/** What was found; words that are not ours are left to the user's program. */
export interface CommandLine {
  readonly isHelpAsked: boolean
  readonly isVersionAsked: boolean
  /** Text, or true / false for a switch; undefined when the flag is not given. The last one counts. */
  given(option: OptionDefinition<unknown>): unknown
}

type Flags = Readonly<Record<string, unknown>>

const footer = `
Each flag is also the environment variable below its meaning. A flag wins over
its variable, that over what the program sets in code, that over the default.
--no-<flag> turns a switch off. Words and flags that are not listed here are
left to your program.
`

/**
 * Reads the arguments after the program's name, up to `--`.
 * @throws ConfigurationError when a flag lacks its value, or a switch has one.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  refuseSwitchValues(argv)
  const flags = parse(argv)
  return {
    isHelpAsked: flags['help'] === true,
    isVersionAsked: flags['version'] === true,
    given: (option) => flags[toOption(option).attributeName()],
  }
}

/** Names of the flags that are not ours, up to `--`, as they are left to the user's program; their values may be secret. */
export function foreignFlags(argv: readonly string[]): string[] {
  const words = buildCommand().parse(beforeDashes(argv), { from: 'user' }).args
  const names = words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.replace(/=.*/s, ''))
  return [...new Set(names)]
}

/** The help, wrapped at `columns`. */
export function helpText(columns: number): string {
  const command = buildCommand().configureHelp({ helpWidth: columns })
  return command.helpInformation() + footer
}

function parse(argv: readonly string[]): Flags {
  try {
    return buildCommand().parse(argv, { from: 'user' }).opts()
  } catch (cause) {
    if (cause instanceof CommanderError && cause.code === 'commander.optionMissingArgument')
      throw missing(argv)
    throw cause
  }
}

function buildCommand(): Command {
  const command = new Command('node <program>')
    .usage('[flags] [words and flags of your own]')
    .description('A model server: batches requests and runs them through stages of workers.')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  for (const option of optionList) {
    command.addOption(toOption(option).helpGroup(`${option.group}:`))
    if (isSwitch(option)) command.addOption(new Option(`--no-${option.flag}`).hideHelp())
  }
  return command
    .addOption(new Option('--help', 'print this and end').helpGroup('Other:'))
    .addOption(new Option('--version', 'print the version and end').helpGroup('Other:'))
}

function toOption(option: OptionDefinition<unknown>): Option {
  const { placeholder } = option.kind
  const flags = placeholder === undefined ? `--${option.flag}` : `--${option.flag} ${placeholder}`
  const origin = `${option.env}, default ${defaultOf(option)}`
  return new Option(flags, `${option.description}\n${origin}`)
}

const beforeDashes = (argv: readonly string[]): readonly string[] =>
  argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv

// The parser takes --switch=value for a flag that it does not know, so it would be passed over in silence.
function refuseSwitchValues(argv: readonly string[]): void {
  for (const { flag } of optionList.filter(isSwitch)) {
    const wrong = beforeDashes(argv).find(
      (word) => word.startsWith(`--${flag}=`) || word.startsWith(`--no-${flag}=`),
    )
    if (wrong === undefined) continue
    const value = JSON.stringify(wrong.slice(wrong.indexOf('=') + 1))
    throw new ConfigurationError(`--${flag} takes no value, got ${value}: write --${flag} or --no-${flag}`)
  }
}

// Only the last word can lack its value: any other flag takes the word after it.
function missing(argv: readonly string[]): ConfigurationError {
  const flag = argv.at(-1)
  const option = optionList.find((known) => `--${known.flag}` === flag)
  return new ConfigurationError(`${flag} needs a value: it must be ${option?.kind.allowed}, got nothing`)
}
