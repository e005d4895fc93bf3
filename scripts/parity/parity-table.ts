/** docs/mosec-parity.md as data: what Mosec promises, row by row, and the tests that show that we keep it. */

/** A test, by its file and its title as it stands there. */
export interface NamedTest {
  readonly file: string
  readonly title: string
}

/** One row. */
export interface ParityRow {
  readonly line: number
  readonly behaviour: string
  readonly kind: string
  /** Empty while the row is planned. */
  readonly tests: readonly NamedTest[]
  /** What the cell says when it names no test and is not `planned`. */
  readonly problem: string | undefined
}

/** The page. */
export interface ParityPage {
  readonly rows: readonly ParityRow[]
  /** The numbers that its last line promises. */
  readonly promised: { readonly rows: number; readonly planned: number } | undefined
}

/** Reads the page. */
export function readParityPage(text: string): ParityPage {
  const lines = text.trimEnd().split('\n')
  const rows = lines.flatMap((line, index) => {
    const cells = line.startsWith('|') ? line.split('|').slice(1, -1) : []
    const [behaviour = '', kind = '', tests = ''] = cells.map((cell) => cell.trim())
    if (cells.length === 0 || /^-+$/.test(kind) || kind === 'kind') return []
    return [{ line: index + 1, behaviour, kind, ...testsOf(tests) }]
  })
  const last = /^Rows: (\d+)\. Planned: (\d+)\.$/.exec(lines.at(-1) ?? '')
  const promised = last === null ? undefined : { rows: Number(last[1]), planned: Number(last[2]) }
  return { rows, promised }
}

/** `` `file` > title<br>`file` > title `` or `planned`. */
export function testsOf(cell: string): Pick<ParityRow, 'tests' | 'problem'> {
  if (cell === 'planned') return { tests: [], problem: undefined }
  const parts = cell.split('<br>').map((part) => /^`([^`]+)` > (.+)$/.exec(part.trim()))
  const tests = parts.flatMap((part) =>
    part === null ? [] : [{ file: part[1] ?? '', title: part[2] ?? '' }],
  )
  const problem =
    tests.length < parts.length ? `expected \`file\` > title or planned, got ${cell}` : undefined
  return { tests, problem }
}

/**
 * Whether a test file has a test, a group of tests, or a case in a table of tests, of this very title that runs.
 *
 * @example
 * hasTest("it('adds', () => {})", 'adds') // true
 */
export function hasTest(source: string, title: string): boolean {
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  // Before a title stands `it(`, `describe.each(...)(` or the like, perhaps with a line break; before a case's its `[`.
  const call = new RegExp(`[([]\\s*(['"\`])${escaped}\\1`, 'g')
  return [...source.matchAll(call)].some(({ index }) => !/\.(skip|todo)$/.test(source.slice(0, index)))
}
