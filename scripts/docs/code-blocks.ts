/** The fenced code blocks of a Markdown text. */

/** One block. */
export interface CodeBlock {
  /** First word of the info string: `ts`, `sh`; empty when there is none. */
  readonly language: string
  /** The rest of the info string. */
  readonly info: string
  /** Line of its first line of code, from 1. */
  readonly line: number
  readonly code: string
}

/** Finds them in order. Blocks may be indented, in a list say; a block that is never closed runs to the end. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: OpenBlock | undefined
  markdown.split('\n').forEach((line, index) => {
    if (open === undefined) {
      open = openingOf(line, index + 2)
    } else if (line.trim() === open.fence) {
      blocks.push(close(open))
      open = undefined
    } else {
      open.lines.push(unindented(line, open.indent))
    }
  })
  return open === undefined ? blocks : [...blocks, close(open)]
}

interface OpenBlock extends Omit<CodeBlock, 'code'> {
  readonly fence: string
  readonly indent: number
  readonly lines: string[]
}

function openingOf(line: string, firstLine: number): OpenBlock | undefined {
  const match = /^(\s*)(`{3,})\s*(\S*)\s*([^`]*)$/.exec(line)
  if (match === null) return undefined
  const [, indent = '', fence = '', language = '', info = ''] = match
  return { fence, indent: indent.length, language, info: info.trim(), line: firstLine, lines: [] }
}

function unindented(line: string, indent: number): string {
  const spaces = line.length - line.trimStart().length
  return line.slice(Math.min(spaces, indent))
}

function close({ language, info, line, lines }: OpenBlock): CodeBlock {
  return { language, info, line, code: lines.map((text) => `${text}\n`).join('') }
}
