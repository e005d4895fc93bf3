/** The manifests of docs/guides/kubernetes.md are YAML, and agree with the server that they run. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { repositoryRoot } from './documents.ts'

const textOf = (path: string): string => readFileSync(join(repositoryRoot, 'docs', path), 'utf8')

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

interface Container extends Readonly<Record<'startupProbe' | 'readinessProbe' | 'livenessProbe', Probe>> {
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
}

interface Manifest {
  readonly kind: string
  readonly spec: Record<string, unknown>
}

interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly containers: readonly [Container]
}

const blocks = [...textOf('guides/kubernetes.md').matchAll(/```yaml\n(.*?)```/gs)].map(
  ([, text = '']) => text,
)
const parsed = blocks.flatMap((block) => parseAllDocuments(block, { strict: true, uniqueKeys: true }))
const manifests: readonly Manifest[] = parsed.map((document) => document.toJS())
const deployment = manifests.find(({ kind }) => kind === 'Deployment')
const { spec: pod } = (deployment?.spec['template'] ?? {}) as { readonly spec: Pod }
const [container] = pod.containers

describe('docs/guides/kubernetes.md', () => {
  it('is YAML without a fault, with the three manifests', () => {
    expect(parsed.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
    expect(manifests.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'HorizontalPodAutoscaler'])
  })

  it('gives flags that there are, and numbers as strings', () => {
    expect(container.args.filter((arg) => typeof arg !== 'string')).toEqual([])
    const known = textOf('configuration.md')
    const flags = container.args.filter((arg) => arg.startsWith('--'))
    expect(flags.filter((flag) => !known.includes(`| \`${flag} `))).toEqual([])
  })

  it('leaves the pod time for its drain delay, its timeout and its end', () => {
    const value = (flag: string): number => Number(container.args[container.args.indexOf(flag) + 1])
    const neededMs = value('--drain-delay') + value('--timeout') + 5000
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(neededMs)
  })

  it('probes the endpoints of health on the port that it names', () => {
    const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe]
    expect(probes.map(({ httpGet }) => httpGet)).toEqual([
      { path: '/health/ready', port: 'http' },
      { path: '/health/ready', port: 'http' },
      { path: '/health/live', port: 'http' },
    ])
    const [port] = container.ports
    expect(port).toEqual({ name: 'http', containerPort: Number(container.args[1]) })
  })

  it('scales by a metric that there is', () => {
    const scaler = JSON.stringify(manifests.find(({ kind }) => kind === 'HorizontalPodAutoscaler'))
    const metric = /"metric":\{"name":"(\w+)"\}/.exec(scaler)?.[1] ?? 'none'
    expect(textOf('metrics.md')).toMatch(new RegExp(`\\| \`${metric}\` +\\| gauge`))
  })
})
