/**
 * The parameters of a decoder that have two names (_tied_weights_keys in modeling_blip.py): the head's bias, and the head
 * and the word embeddings where the configuration ties them.
 *
 * @param decoder such as `text_decoder`
 */
export function tiedPairs(decoder: string, tied: boolean): [string, string][] {
  const head = `${decoder}.cls.predictions`;
  const biases: [string, string] = [`${head}.bias`, `${head}.decoder.bias`];
  const weights: [string, string] = [`${decoder}.bert.embeddings.word_embeddings.weight`, `${head}.decoder.weight`];
  return tied ? [biases, weights] : [biases];
}
