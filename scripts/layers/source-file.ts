/** One source file, read with a real parser: what it imports, and which globals of the process it touches. */

import {
  type CallExpression,
  type Expression,
  type MemberExpression,
  parseSync,
  type StringLiteral,
  type VariableDeclarator,
  Visitor,
} from 'oxc-parser'

/** An import, a re-export, an `import()`, a `require()` or an `import('x').Type`. */
export interface ImportSite {
  /** From 1. */
  readonly line: number
  readonly specifier: string
}

/** A global that is used: `console.log`, `process.env`, `setTimeout`, `process.on SIGTERM`. */
export interface GlobalUse {
  /** From 1. */
  readonly line: number
  readonly name: string
}

/** What the rules see of a file. */
export interface SourceFile {
  /** From the workspace's root, with `/`. */
  readonly path: string
  /** Tests, fixtures and benchmarks: nobody installs them. */
  readonly isTest: boolean
  readonly imports: readonly ImportSite[]
  readonly globals: readonly GlobalUse[]
}

/**
 * Reads one file's text. Local names that hide a global are not told apart from it.
 * @throws Error when the text is no TypeScript or JavaScript; the message names the file.
 */
export function parseSource(path: string, text: string, isTest: boolean): SourceFile {
  const parsed = parseSync(path, text)
  const [error] = parsed.errors
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`)
  const lineOf = lineFinder(text)
  const imports: ImportSite[] = []
  const globals: GlobalUse[] = []
  const addImport = (source: Expression | null): void => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return
    imports.push({ line: lineOf(source.start), specifier: source.value })
  }
  const addGlobal = (start: number, name: string | undefined): void => {
    if (name !== undefined) globals.push({ line: lineOf(start), name: name.replace(/^globalThis\./, '') })
  }
  new Visitor({
    ImportDeclaration: (node) => addImport(node.source),
    ExportNamedDeclaration: (node) => addImport(node.source),
    ExportAllDeclaration: (node) => addImport(node.source),
    ImportExpression: (node) => addImport(node.source),
    TSImportType: (node) => addImport(node.source),
    TSExternalModuleReference: (node) => addImport(node.expression),
    MemberExpression: (node) => addGlobal(node.start, dottedName(node)),
    VariableDeclarator: (node) => {
      for (const name of destructured(node)) addGlobal(node.start, name)
    },
    NewExpression: (node) => addGlobal(node.start, nowDate(node.callee, node.arguments.length)),
    CallExpression: (node) => {
      if (dottedName(node.callee) === 'require') addImport(literalArgument(node))
      if (node.callee.type === 'Identifier') addGlobal(node.start, node.callee.name)
      addGlobal(node.start, signalListener(node))
    },
  }).visit(parsed.program)
  return { path, isTest, imports, globals }
}

function lineFinder(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length
}

/** `a.b.c` for a chain that begins with a plain name and has no computed step but literal ones. */
function dottedName(node: Expression | MemberExpression): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression') return undefined
  const object = dottedName(node.object)
  const property = propertyName(node)
  return object === undefined || property === undefined ? undefined : `${object}.${property}`
}

function propertyName(node: MemberExpression): string | undefined {
  if (!node.computed) return node.property.name
  return node.property.type === 'Literal' && typeof node.property.value === 'string'
    ? node.property.value
    : undefined
}

/** `const { env } = process` uses `process.env`. */
function destructured(node: VariableDeclarator): string[] {
  if (node.id.type !== 'ObjectPattern' || node.init?.type !== 'Identifier') return []
  const object = node.init.name
  return node.id.properties.flatMap((property) =>
    property.type === 'Property' && property.key.type === 'Identifier'
      ? [`${object}.${property.key.name}`]
      : [],
  )
}

/** `new Date()` reads the time, `new Date(0)` does not. */
function nowDate(callee: Expression, argumentCount: number): string | undefined {
  return argumentCount === 0 && dottedName(callee) === 'Date' ? 'new Date' : undefined
}

/** `process.on('SIGTERM', ...)` and its like. */
function signalListener(node: CallExpression): string | undefined {
  const name = dottedName(node.callee)?.replace(/^globalThis\./, '')
  if (name === undefined || !/^process\.(on|once|addListener|prependListener)$/.test(name)) return undefined
  const event = literalArgument(node)?.value
  return event?.startsWith('SIG') ? `${name} ${event}` : undefined
}

function literalArgument(node: CallExpression): StringLiteral | null {
  const [first] = node.arguments
  return first?.type === 'Literal' && typeof first.value === 'string' ? (first as StringLiteral) : null
}
