/** Where in the user's own code an error was thrown, without the stack around it. */

import { fileURLToPath } from 'node:url'

const mostFrames = 50
const longestFrame = 1000

/** Our packages beside each other, as in this repository; installed ones are in `node_modules`. */
const ours = /^(.*\/)mosec\/dist\/log\/[^/]+$/.exec(import.meta.url)?.[1]

/** `file:line:column` of the innermost frame that is neither ours, nor a dependency's, nor Node's. */
export function userFrame(stack: string): string | undefined {
  for (const line of stack.split('\n', mostFrames)) {
    const place = line.length > longestFrame ? undefined : placeOf(line)
    if (place !== undefined && isUsers(place)) return asPath(place)
  }
  return undefined
}

/** `at one (file:///app/worker.js:12:5)`, `at async /app/worker.js:12:5`. */
function placeOf(line: string): string | undefined {
  const place = /^ +at (?:.*\(|async )?([^()]+:\d+:\d+)\)?$/.exec(line)?.[1]
  return place !== undefined && /^(?:file:\/\/|\/|[A-Za-z]:\\)/.test(place) ? place : undefined
}

function isUsers(place: string): boolean {
  if (/[\\/]node_modules[\\/]/.test(place)) return false
  return ours === undefined || !place.startsWith(ours) || !/^[^/]+\/dist\//.test(place.slice(ours.length))
}

function asPath(place: string): string {
  const [, file = '', position = ''] = /^(.*)(:\d+:\d+)$/.exec(place) ?? []
  try {
    return file.startsWith('file:') ? `${fileURLToPath(file)}${position}` : place
  } catch {
    return place
  }
}
