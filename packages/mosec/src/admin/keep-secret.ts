/** The token of `/admin` stays in the server's own process: what it starts neither inherits it nor shows it. */

const FLAG = '--admin'
const VARIABLE = 'MOSEC_ADMIN'

/** The arguments without the flag and its value. */
export function withoutToken(args: readonly string[]): string[] {
  const own = positions(args)
  return args.filter((_, index) => !own.has(index))
}

/** The arguments hold the token itself, which everybody on the machine can read in the list of processes. */
export function isTokenVisible(args: readonly string[]): boolean {
  return [...positions(args)]
    .map((index) => args[index] ?? '')
    .some((word) => word !== FLAG && !word.replace(`${FLAG}=`, '').startsWith('@'))
}

/** Takes the variable out of an environment, once it was read. */
export function forgetToken(env: NodeJS.ProcessEnv): void {
  delete env[VARIABLE]
}

/** Where the flag and its value are; what comes after `--` is the user's. */
function positions(args: readonly string[]): ReadonlySet<number> {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const own = new Set<number>()
  for (let index = 0; index < end; index++) {
    const word = args[index] ?? ''
    if (word === FLAG || word.startsWith(`${FLAG}=`)) own.add(index)
    if (word === FLAG && index + 1 < end) own.add(++index)
  }
  return own
}
