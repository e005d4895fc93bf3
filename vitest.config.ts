import { defineConfig } from 'vitest/config'

// Unit tests live beside the files; `test/` folders hold the ones with real processes and sockets.
export default defineConfig({
  test: {
    include: [
      '{packages,apps,examples}/*/{src,test}/**/*.test.ts',
      'benchmarks/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'docs/**/*.test.ts',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 0,
  },
})
