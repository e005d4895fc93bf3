/** Finds cells by a part of their name. */

/**
 * Whether every comma-separated part of `wanted` is in `name` as whole words: `c = 1` is in `JSON, c = 1`, not in
 * `JSON, c = 16`. Case does not matter; nothing wanted is found everywhere.
 */
export function hasWords(name: string, wanted: string): boolean {
  return wanted
    .split(',')
    .map((part) => part.trim())
    .every((part) => new RegExp(`(?<!\\w)${escaped(part)}(?!\\w)`, 'i').test(name))
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
