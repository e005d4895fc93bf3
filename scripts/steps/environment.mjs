/** The environment of the tools that the steps run. */

/** `npx -p node@24 -c 'npm start'` leaves these to its children, and a further npx would take them for its own flags. */
const OUTER_NPX = ['npm_config_call', 'npm_config_package']

/**
 * This process's environment, without what an npx around it was told. Tools neither send usage figures nor ask questions.
 * @param {NodeJS.ProcessEnv} [outer]
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(outer = process.env) {
  const kept = Object.entries(outer).filter(([name]) => !OUTER_NPX.includes(name.toLowerCase()))
  return {
    ...Object.fromEntries(kept),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    NO_UPDATE_NOTIFIER: '1',
  }
}
