/** `GET /metrics`: the service's own metrics, and those that plugins bring. */

import type { Logger } from '@mosec/core'
import type { Plugin } from '../plugin.ts'

/** What the page is made of. */
export interface MetricsPageOptions {
  readonly own: () => Promise<string>
  readonly plugins: readonly Plugin[]
  readonly logger: Logger
}

/** The page, made anew at each call. A plugin that throws is left out; the page never fails on its account. */
export async function metricsPage({ own, plugins, logger }: MetricsPageOptions): Promise<string> {
  const pages = new Pages()
  pages.add(await own())
  for (const { name, metrics } of plugins) {
    if (metrics === undefined) continue
    try {
      const repeated = pages.add(await metrics())
      if (repeated.length > 0) {
        logger.debug(`metrics of the plugin ${name} are on the page already and left out`, { repeated })
      }
    } catch (error) {
      logger.error(`the plugin ${name} could not tell its metrics`, { error })
    }
  }
  return pages.text
}

/** Prometheus refuses a page that names a metric twice, so the first one wins. */
class Pages {
  text = ''
  readonly #families = new Set<string>()

  /** Gives the names that were left out. */
  add(page: string): string[] {
    const kept: string[] = []
    const added = new Set<string>()
    const repeated = new Set<string>()
    let family = ''
    for (const line of page.split('\n')) {
      family = familyOf(line, family)
      const isRepeated = this.#families.has(family)
      if (!isRepeated && line !== '') kept.push(line)
      if (family !== '') (isRepeated ? repeated : added).add(family)
    }
    for (const name of added) this.#families.add(name)
    if (kept.length > 0) this.text += `${kept.join('\n')}\n`
    return [...repeated]
  }
}

/** The metric that a line belongs to; samples of a histogram begin with its name. */
function familyOf(line: string, family: string): string {
  const [, announced] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? []
  if (announced !== undefined) return announced
  const [sample = ''] = /^[a-zA-Z_:][\w:]*/.exec(line) ?? []
  return sample === '' || (family !== '' && sample.startsWith(family)) ? family : sample
}
