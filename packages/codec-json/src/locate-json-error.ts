/** Says what is wrong with a text that is no JSON, and where. V8's own message often has no position. */

const MAX_EXCERPT = 20
const LITERALS = ['true', 'false', 'null'] as const
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const SPACE = /[ \t\n\r]*/y

/** What must follow: a value, the first item or end of a container, a comma or end, or nothing more. */
type Expected = 'value' | 'key' | 'value or ]' | 'key or }' | 'colon' | 'comma or end' | 'end'

/**
 * Describes the first error of `text`, which `JSON.parse` has refused. Linear, and no recursion: the text is a
 * stranger's.
 */
export function locateJsonError(text: string): string {
  const scan = new Scan(text)
  while (scan.step());
  return scan.problem
}

class Scan {
  readonly #text: string
  /** `{` and `[` that are open, outermost first. */
  readonly #open: string[] = []
  #at = 0
  #expected: Expected = 'value'
  problem = ''

  constructor(text: string) {
    this.#text = text
  }

  /** Reads one token; false when an error was found or the text ended well. */
  step(): boolean {
    this.#match(SPACE)
    const character = this.#text[this.#at]
    if (character === undefined) {
      if (this.#expected !== 'end')
        this.#fail(this.#at, `the text ends where ${describe[this.#expected]} is expected`)
      return false
    }
    return this.#accept(character)
  }

  #accept(character: string): boolean {
    switch (this.#expected) {
      case 'value or ]':
        return character === ']' ? this.#close() : this.#value(character)
      case 'value':
        return this.#value(character)
      case 'key or }':
        return character === '}' ? this.#close() : this.#key(character)
      case 'key':
        return this.#key(character)
      case 'colon':
        return character === ':' ? this.#advance('value') : this.#unexpected()
      case 'comma or end':
        return this.#separator(character)
      case 'end':
        return this.#unexpected()
    }
  }

  #value(character: string): boolean {
    if (character === '{') return this.#enter('{', 'key or }')
    if (character === '[') return this.#enter('[', 'value or ]')
    if (character === '"') return this.#string() && this.#ended()
    if (this.#match(NUMBER)) return this.#ended()
    const literal = LITERALS.find((word) => this.#text.startsWith(word, this.#at))
    if (literal === undefined) return this.#unexpected()
    this.#at += literal.length
    return this.#ended()
  }

  #key(character: string): boolean {
    if (character !== '"') return this.#unexpected()
    if (!this.#string()) return false
    this.#expected = 'colon'
    return true
  }

  #separator(character: string): boolean {
    const isObject = this.#open.at(-1) === '{'
    if (character === ',') return this.#advance(isObject ? 'key' : 'value')
    return character === (isObject ? '}' : ']') ? this.#close() : this.#unexpected()
  }

  #enter(bracket: string, expected: Expected): boolean {
    this.#open.push(bracket)
    return this.#advance(expected)
  }

  #close(): boolean {
    this.#open.pop()
    this.#at++
    return this.#ended()
  }

  #advance(expected: Expected): boolean {
    this.#at++
    this.#expected = expected
    return true
  }

  #ended(): boolean {
    this.#expected = this.#open.length === 0 ? 'end' : 'comma or end'
    return true
  }

  #string(): boolean {
    const start = this.#at++
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (Number.isNaN(code)) return this.#fail(start, 'a string is not closed')
      if (code < 0x20) return this.#fail(this.#at, 'a control character stands unescaped in a string')
      if (code === 0x5c) {
        if (!this.#match(ESCAPE)) return this.#fail(this.#at, 'a string has a bad escape')
      } else if (code === 0x22) {
        this.#at++
        return true
      } else {
        this.#at++
      }
    }
  }

  /** Moves over a sticky pattern; false when nothing matched. */
  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const length = pattern.exec(this.#text)?.[0].length ?? 0
    this.#at += length
    return length > 0
  }

  #unexpected(): boolean {
    return this.#fail(this.#at, `${describe[this.#expected]} is expected`)
  }

  #fail(at: number, problem: string): false {
    const excerpt = this.#text.slice(at, at + MAX_EXCERPT)
    this.problem =
      excerpt === ''
        ? `${problem}, at position ${at}`
        : `${problem}, at position ${at}: ${JSON.stringify(excerpt)}`
    return false
  }
}

const describe: Record<Expected, string> = {
  value: 'a value',
  key: 'a key in double quotes',
  'value or ]': 'a value or "]"',
  'key or }': 'a key in double quotes or "}"',
  colon: '":"',
  'comma or end': '"," or the closing bracket',
  end: 'nothing more',
}
