/** Counters and gauges whose series are plain numbers until somebody reads them. */

import { Counter, Gauge, type Registry } from 'prom-client'

/** What a family is called. */
export interface FamilyOptions {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly registry: Registry
}

/** One series: add to `value`. */
export interface Cell {
  value: number
}

/** The series of one family, each made when it is first asked for. */
export class Cells {
  readonly #cells = new Map<string, Cell & { readonly labels: Record<string, string> }>()
  readonly #labelNames: readonly string[]

  constructor(labelNames: readonly string[]) {
    this.#labelNames = labelNames
  }

  /** The series with these label values, in the order of the family's label names. */
  at(...values: readonly string[]): Cell {
    const key = values.length === 1 ? (values[0] ?? '') : values.join('\n')
    const known = this.#cells.get(key)
    if (known !== undefined) return known
    const labels = Object.fromEntries(this.#labelNames.map((name, i) => [name, values[i] ?? '']))
    const cell = { value: 0, labels }
    this.#cells.set(key, cell)
    return cell
  }

  /** Takes a series off the page. */
  remove(...values: readonly string[]): void {
    this.#cells.delete(values.join('\n'))
  }

  /** Tells each series. */
  forEach(tell: (labels: Record<string, string>, value: number) => void): void {
    for (const { labels, value } of this.#cells.values()) tell(labels, value)
  }
}

/** Registers a counter; its series are filled in when the registry is read. */
export function counterCells({ name, help, labelNames, registry }: FamilyOptions): Cells {
  const cells = new Cells(labelNames)
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      cells.forEach((labels, value) => {
        this.inc(labels, value)
      })
    },
  })
  return cells
}

/** Registers a gauge; its series are filled in when the registry is read. */
export function gaugeCells({ name, help, labelNames, registry }: FamilyOptions): Cells {
  const cells = new Cells(labelNames)
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      cells.forEach((labels, value) => {
        this.set(labels, value)
      })
    },
  })
  return cells
}
