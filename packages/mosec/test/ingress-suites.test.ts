/** What clients see is the same when HTTP is parsed in processes of its own: the suites of a server, once more. */

import { describe } from 'vitest'

// Every program that they start inherits it.
process.env['MOSEC_INGRESS'] = '2'

const suites = ['http-parity', 'streams', 'drain', 'settings', 'leavers', 'admin']

describe.each(suites)('--ingress 2: %s', async (suite) => {
  await import(`./${suite}.test.ts`)
})
