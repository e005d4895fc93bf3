/** `mosec doctor --build-tfjs-node`: asks the builder of the project's `@mosec/runtime-tfjs`. */

import type { Finding } from '@mosec/core'
import { doctorUrl } from './runtimes.ts'

/** What the builder takes. */
export interface BuildOptions {
  readonly projectFolder: string
  readonly isGpu: boolean
  readonly tensorflowVersion: string | undefined
  readonly tensorflowFolder: string | undefined
  readonly cacheFolder: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onStep: (step: string) => void
}

/** What the builder gives. */
interface Built {
  readonly packageName: string
  readonly addonFile: string
  readonly tensorflowVersion: string
  readonly isUsingGpu: boolean
  readonly productMs: number
  readonly wasThere: boolean
}

type Build = (options: BuildOptions) => Promise<Built>

const PACKAGE = '@mosec/runtime-tfjs'

/** Builds, and tells how it went; a failed build is a finding. */
export async function buildTfjsNode(options: BuildOptions): Promise<Finding> {
  const subject = options.isGpu ? 'tfjs-node-gpu' : 'tfjs-node'
  try {
    const build = await loadBuilder(options.projectFolder)
    if (build === undefined) return notInstalled(subject)
    return told(subject, await build(options), options.isGpu)
  } catch (error) {
    const summary = error instanceof Error ? error.message : String(error)
    const nextStep: unknown = error instanceof Error ? Reflect.get(error, 'nextStep') : undefined
    return { subject, status: 'problem', summary, ...(typeof nextStep === 'string' && { nextStep }) }
  }
}

function told(subject: string, built: Built, isGpu: boolean): Finding {
  const state = built.wasThere ? 'was there already and works' : 'is built and works'
  const found = {
    subject,
    summary: `${state}, with TensorFlow ${built.tensorflowVersion}`,
    details: { ...built },
  }
  if (!isGpu || built.isUsingGpu) return { ...found, status: 'ok' }
  const nextStep =
    'npx mosec doctor shows what there is of GPUs and drivers; until then it computes on the CPU'
  return { ...found, summary: `${found.summary}, but finds no CUDA device`, status: 'warning', nextStep }
}

const notInstalled = (subject: string): Finding => ({
  subject,
  status: 'problem',
  summary: `${PACKAGE} is not installed here, and it has the builder`,
  nextStep: `npm install ${PACKAGE}`,
})

async function loadBuilder(projectFolder: string): Promise<Build | undefined> {
  const url = doctorUrl(PACKAGE, projectFolder)
  if (url === undefined) return undefined
  const module: unknown = await import(url)
  const build: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, 'buildTfjsNode') : undefined
  return isBuild(build) ? build : undefined
}

const isBuild = (value: unknown): value is Build => typeof value === 'function'
