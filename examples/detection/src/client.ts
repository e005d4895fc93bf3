/** Sends a picture; a drawn one when no file is named. */

import { readFile } from 'node:fs/promises'
import { drawScene } from './draw-scene.ts'

const [url = 'http://127.0.0.1:8000', file] = process.argv.slice(2)

const scene = { width: 800, height: 500, sign: [200, 250], clock: [600, 250] } as const
const body = file === undefined ? await drawScene(scene) : await readFile(file)
const headers = { 'content-type': file?.match(/\.jpe?g$/) ? 'image/jpeg' : 'image/png' }
const response = await fetch(`${url}/detect`, { method: 'POST', headers, body: new Uint8Array(body) })
console.log(response.status, await response.text())
