/** A voice that says vowels, for the client and the test: pulses through the resonances of a mouth. */

import { sampleRate } from './wav.ts'

/** Resonances in hertz, as a man's mouth has them. */
const vowels: Readonly<Record<string, readonly number[]>> = {
  a: [730, 1090, 2440],
  e: [530, 1840, 2480],
  i: [270, 2290, 3010],
  o: [570, 840, 2410],
  u: [300, 870, 2240],
}

const vowelSeconds = 0.18
const pitchHz = 120
const bandwidthHz = 100

/** Silence. */
export function silence(seconds: number): Float32Array {
  return new Float32Array(Math.round(seconds * sampleRate))
}

/** The vowels one after the other, gliding from each to the next. */
export function say(text: string): Float32Array {
  const length = Math.round(vowelSeconds * sampleRate)
  const states = [0, 1, 2].map((): [number, number] => [0, 0])
  let phase = 0
  const samples = Float32Array.from({ length: length * text.length }, (_, n) => {
    const melody = 1 + 0.08 * Math.sin((6 * Math.PI * n) / sampleRate) - (0.1 * n) / (length * text.length)
    phase += (pitchHz * melody) / sampleRate
    const pulse = phase >= 1 ? 1 : 0
    phase -= pulse
    const loudness = Math.min(1, (n % length) / 400, (length - (n % length)) / 400 + 0.3)
    return loudness * resonate(pulse, mouthAt(text, n / length), states)
  })
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  return samples.map((sample) => (sample / loudest) * 0.5)
}

/** In the last part of a vowel, the mouth moves to the next. */
function mouthAt(text: string, place: number): number[] {
  const index = Math.floor(place)
  const here = vowels[text[index] ?? 'a'] ?? []
  const next = vowels[text[index + 1] ?? text[index] ?? 'a'] ?? []
  const move = Math.max(0, (place - index - 0.6) / 0.4)
  return here.map((hertz, n) => hertz * (1 - move) + (next[n] ?? hertz) * move)
}

/** One filter of second order for each resonance, one after the other. */
function resonate(pulse: number, mouth: readonly number[], states: readonly [number, number][]): number {
  const decay = Math.exp((-Math.PI * bandwidthHz) / sampleRate)
  return states.reduce((sample, state, n) => {
    const turn = 2 * decay * Math.cos((2 * Math.PI * (mouth[n] ?? 0)) / sampleRate)
    const next = sample * (1 - turn + decay * decay) + turn * state[0] - decay * decay * state[1]
    state[1] = state[0]
    state[0] = next
    return next
  }, pulse)
}

/** Clips one after the other. */
export function joined(...clips: readonly Float32Array[]): Float32Array {
  return Float32Array.from(clips.flatMap((clip) => [...clip]))
}
