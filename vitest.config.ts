import { availableParallelism } from 'node:os'
import { defaultExclude, defineConfig } from 'vitest/config'

/** They leave nothing behind in their process. Runtimes do: libraries that are loaded, backends that are chosen. */
const unit = ['packages/!(runtime-*)/src/**/*.test.ts', 'benchmarks/src/**/*.test.ts']

// Unit tests live beside the files; `test/` folders hold the ones with real processes and sockets.
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // States are waited for; the machine may be busy.
    expect: { poll: { timeout: 20_000 } },
    retry: 0,
    // More than there are processors: a third of the time of tests with processes is spent in waiting for them.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: unit,
          // A process for each file costs more than most of the files do.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['{packages,apps,examples}/*/{src,test}/**/*.test.ts', '{scripts,docs}/**/*.test.ts'],
          exclude: [...defaultExclude, ...unit],
        },
      },
    ],
  },
})
