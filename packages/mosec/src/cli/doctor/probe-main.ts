/** A process of its own that examines one backend: `node probe-main.js <url of a doctor> <backend>`. */

import { loadDoctor } from './runtimes.ts'

const [, , url = '', backend = ''] = process.argv
const doctor = await loadDoctor(url)
const finding = await doctor.examine(backend)
// Native threads of a backend may hold the process, and this message shall still leave it.
process.send?.(finding, () => process.exit(0))
