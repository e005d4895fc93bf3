/** All models that runtimes are measured with. */

import type { Subject } from './subject.ts'
import { tfjsSubjects } from './tfjs.ts'

export const subjects: readonly Subject[] = [...tfjsSubjects]
