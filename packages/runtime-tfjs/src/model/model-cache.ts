/** Downloaded models in a folder, each under its checksum: what is there is whole, or not there. */

import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a model: `model.json`, then its weight files in the manifest's order. */
export type ModelFiles = readonly Uint8Array[]

/** SHA-256 of the files one after the other, as `cat model.json weights* | sha256sum` prints it. */
export function checksumOf(files: ModelFiles): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file)
  return hash.digest('hex')
}

/** The model of this checksum, or undefined when the folder does not have it (or not undamaged). */
export async function readCached(cacheFolder: string, sha256: string): Promise<ModelFiles | undefined> {
  const folder = join(cacheFolder, sha256)
  const names = await readdir(folder).catch(() => [])
  const files = await Promise.all(names.sort().map((name) => readFile(join(folder, name))))
  return names.length > 0 && checksumOf(files) === sha256 ? files : undefined
}

/**
 * Keeps the model. It appears under its name at once and whole, also when several processes do this together, or one ends
 * meanwhile. Names in the cache are numbers: those in a manifest come from a server.
 */
export async function keepCached(cacheFolder: string, sha256: string, files: ModelFiles): Promise<void> {
  const folder = join(cacheFolder, sha256)
  const draft = `${folder}.${randomUUID()}.part`
  await mkdir(draft, { recursive: true })
  try {
    await Promise.all(files.map((file, n) => writeFile(join(draft, String(n).padStart(6, '0')), file)))
    await moveTo(draft, folder, async () => (await readCached(cacheFolder, sha256)) !== undefined)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** A whole one that another process has put there meanwhile is as good; a damaged one gives way. */
async function moveTo(draft: string, folder: string, isWhole: () => Promise<boolean>): Promise<void> {
  const isMoved = await rename(draft, folder).then(
    () => true,
    () => false,
  )
  if (isMoved || (await isWhole())) return
  const damaged = `${draft}.old`
  await rename(folder, damaged)
  await rename(draft, folder)
  await rm(damaged, { recursive: true, force: true })
}
