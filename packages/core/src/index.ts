/** `@mosec/core`: the contracts that plugins implement, and the scheduler behind them. */

export * from './contract/batch-policy.ts'
export * from './contract/clock.ts'
export * from './contract/codec.ts'
export * from './contract/errors.ts'
export * from './contract/health.ts'
export * from './contract/logger.ts'
export * from './contract/observer.ts'
export * from './contract/outcome.ts'
export * from './contract/submit.ts'
export * from './contract/task.ts'
export * from './contract/transport.ts'
export * from './contract/worker.ts'
