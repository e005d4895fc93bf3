/** Names of the model's classes, apart from the model so that the last stage need not load it. */

/** In the order of the model's outputs. */
export const labels = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'] as const
