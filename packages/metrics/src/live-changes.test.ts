import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { metricsObserver } from './metrics-observer.ts'

it('counts replaced replicas by reason, and changes to stages by setting, from 0 on', async () => {
  const metrics = metricsObserver({ timeoutMs: 3000, registry: new Registry(), stages: ['embed'] })
  const value = async (name: string, label: string): Promise<string | undefined> =>
    new RegExp(`^mosec_service_${name}\\{stage="embed",${label}\\} (\\d+)$`, 'm').exec(
      await metrics.text(),
    )?.[1]
  expect(await value('replica_recycle_total', 'reason="rss"')).toBe('0')
  expect(await value('stage_change_total', 'setting="drained"')).toBe('0')

  metrics.replicaRecycled({ stage: 'embed', replica: 1, reason: 'rss' })
  metrics.replicaRecycled({ stage: 'embed', replica: 2, reason: 'rss' })
  metrics.stageChanged({ stage: 'embed', settings: ['replicas', 'drained'] })
  expect(await value('replica_recycle_total', 'reason="rss"')).toBe('2')
  expect(await value('replica_recycle_total', 'reason="age"')).toBe('0')
  expect(await value('stage_change_total', 'setting="drained"')).toBe('1')
  expect(await value('stage_change_total', 'setting="replicas"')).toBe('1')
})
