/** Where a server looks for TensorFlow.js. */

/** Works in the folder that `PROJECT` names, where runtimes look for packages first; replicas work there, too. */
export function enterProject(): void {
  const { PROJECT: folder } = process.env
  if (folder !== undefined) process.chdir(folder)
}
