/** Everything of ours that reads a stranger's bytes. */

import type { Target } from '../target.ts'
import { json, msgpack } from './codecs.ts'
import { config } from './config.ts'
import { events } from './events.ts'
import { frames } from './frames.ts'
import { heads } from './heads.ts'
import { records } from './records.ts'

/** In the order in which they run. */
export const targets: readonly Target[] = [frames, records, heads, json, msgpack, events, config]
