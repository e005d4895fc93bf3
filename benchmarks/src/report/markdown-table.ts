/** Rows of cells as a Markdown table, which terminals show well enough too. */

/** @param head titles of the columns. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
