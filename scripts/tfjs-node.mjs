/** `npm run tfjs-node`: a project with a real tfjs-node, in which the tests of TensorFlow run; needs npm, PyPI and g++. */

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireNode } from './steps/node-version.mjs'
import { root } from './steps/pnpm.mjs'
import { runSteps } from './steps/steps.mjs'

requireNode()

// The workspace itself stays without it, so that programs in it choose the same backends everywhere.
const project = join(root, 'node_modules', '.cache', 'mosec', 'tfjs-node')
const ours = join(project, 'node_modules', '@mosec', 'runtime-tfjs')

mkdirSync(project, { recursive: true })
writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')

process.exitCode = await runSteps([
  {
    title: 'installing tfjs-node without its script',
    command: ['npm', 'install', '--prefix', project, '--ignore-scripts', '@tensorflow/tfjs-node@4.22.0'],
  },
])
if (process.exitCode === 0) {
  linkRuntime()
  process.exitCode = await runSteps([
    {
      title: 'building its addon against the TensorFlow of PyPI',
      command: [process.execPath, join(root, 'packages/mosec/bin/mosec.js'), 'doctor', '--build-tfjs-node'],
      cwd: project,
    },
  ])
}

// As an installed @mosec/runtime-tfjs lies there, whose builder the command looks for; npm removes what it did not install.
function linkRuntime() {
  rmSync(ours, { force: true })
  mkdirSync(join(ours, '..'), { recursive: true })
  symlinkSync(join(root, 'packages', 'runtime-tfjs'), ours)
}
