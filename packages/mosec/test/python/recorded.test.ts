/** The recording that the fake peer speaks from is what Python says. `RECORD=1` makes it anew. */

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { pythonStage } from '@mosec/python'
import { describe, expect, it } from 'vitest'
import { noPython, pythons } from './pythons.ts'
import { converse } from './raw-conversation.ts'
import { cases, recordingFile } from './recorded-cases.ts'

const cwd = fileURLToPath(new URL('fixtures', import.meta.url))

describe.skipIf(noPython !== undefined).each(pythons)(
  'the recording of a Python peer, Mosec $name',
  ({ path }) => {
    it('is byte for byte what its workers answer', async () => {
      const said: Record<string, string[][]> = {}
      for (const [name, { maxBatchSize, turns }] of Object.entries(cases)) {
        const stage = pythonStage(`workers.py:${name}`, { python: path, cwd, maxBatchSize })
        const exchanges = await converse(stage, turns)
        said[name] = exchanges.map(({ sent, answered }) => [hex(sent), hex(answered)])
      }
      if (process.env['RECORD'] !== undefined)
        await writeFile(recordingFile, `${JSON.stringify(said, null, 2)}\n`)
      expect(said).toEqual(JSON.parse(await readFile(recordingFile, 'utf8')))
    })
  },
)

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
