/** Why a thread cannot read a file that its server could. */

/**
 * What node said, and what mends it. On Node 20 hooks that `--import` registers, tsx's say, do not reach threads; from
 * Node 22 on they do.
 */
export function explained(message: string): string {
  if (!message.startsWith('Unknown file extension')) return message
  return (
    `${message}: on Node ${process.versions.node} what --import registers does not reach threads; ` +
    "take isolation 'process', compile the file first, or run Node 22 or newer"
  )
}
