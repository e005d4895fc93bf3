/** `mosec doctor`: is all here that a server needs, and which backends compute. */

import { Command, type CommanderError, InvalidArgumentError } from 'commander'
import { buildTfjsNode } from './build-tfjs-node.ts'
import { examine } from './examine.ts'
import { Report } from './report.ts'

/** What the command line says. */
interface DoctorFlags {
  readonly json?: true
  readonly backend?: string
  readonly port?: number
  readonly timeout: number
  readonly buildTfjsNode?: true
  readonly gpu?: true
  readonly tensorflowVersion?: string
  readonly tensorflowFolder?: string
  readonly cache?: string
}

/** A software Vulkan takes some 20 s for its first product. */
const DEFAULT_TIMEOUT_SECONDS = 90

/** The command; it sets the exit code: 1 when the machine or the wanted backend is not well. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Examines this machine and the backends of the installed runtimes.')
    .option('--json', 'print one JSON document instead of lines')
    .option(
      '--backend <name>',
      'only this backend, and end with code 1 when it cannot be used: wasm, tfjs/wasm',
    )
    .option('--port <number>', 'the port that the server will open, 8000 by default', toPort)
    .option('--timeout <seconds>', 'how long a backend may take', toSeconds, DEFAULT_TIMEOUT_SECONDS)
    .option('--build-tfjs-node', "build the project's @tensorflow/tfjs-node against the TensorFlow of PyPI")
    .option('--gpu', 'with --build-tfjs-node: @tensorflow/tfjs-node-gpu, with CUDA')
    .option(
      '--tensorflow-version <version>',
      'with --build-tfjs-node: another version (2.12 to 2.21 are known to work)',
    )
    .option(
      '--tensorflow-folder <folder>',
      'with --build-tfjs-node: an installed TensorFlow, nothing is downloaded',
    )
    .option('--cache <folder>', 'with --build-tfjs-node: where TensorFlow is kept, ~/.cache/mosec by default')
    .exitOverride(endWrongCall)
    .action(run)
}

/** A call that cannot be understood is something else than a machine that is not well. */
const CODE_WRONG_CALL = 2

function endWrongCall({ exitCode }: CommanderError): never {
  return process.exit(exitCode === 0 ? 0 : CODE_WRONG_CALL)
}

function toPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new InvalidArgumentError('expected a number from 1 to 65535')
}

function toSeconds(text: string): number {
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 3600) return seconds
  throw new InvalidArgumentError('expected seconds, 3600 at most')
}

async function run(flags: DoctorFlags): Promise<void> {
  // With --json the lines for people leave standard output to the document.
  const report = new Report(flags.json === true ? process.stderr : process.stdout)
  const isWell = flags.buildTfjsNode === true ? await build(flags, report) : await examineAll(flags, report)
  process.exitCode = isWell ? 0 : 1
}

async function build(flags: DoctorFlags, report: Report): Promise<boolean> {
  report.heading('Building tfjs-node')
  const finding = await buildTfjsNode({
    projectFolder: process.cwd(),
    isGpu: flags.gpu === true,
    tensorflowVersion: flags.tensorflowVersion,
    tensorflowFolder: flags.tensorflowFolder,
    cacheFolder: flags.cache,
    env: process.env,
    onStep: (step) => report.heading(`  ... ${step}`),
  })
  if (flags.json === true) printJson(finding)
  else report.finding(finding)
  return finding.status === 'ok' || finding.status === 'warning'
}

async function examineAll({ json, backend, port, timeout }: DoctorFlags, report: Report): Promise<boolean> {
  const { findings, verdict } = await examine({
    projectFolder: process.cwd(),
    backend,
    port,
    timeoutMs: timeout * 1000,
    report: json === true ? undefined : report,
  })
  if (json === true) printJson({ ...verdict, ...findings })
  else report.verdict(verdict)
  return verdict.isWell
}

const printJson = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}
