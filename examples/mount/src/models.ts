/** The models that all three hosts serve. */

import { Server } from 'mosec'

export const models = new Server({ logLevel: 'warning' })
models.appendWorker(new URL('./shout.js', import.meta.url), { route: '/shout' })
models.appendWorker(new URL('./spell.js', import.meta.url), { route: '/spell' })
