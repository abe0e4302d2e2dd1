/** What an engine is doing, by the phase of its progress, in words for people and logs. */
export const phaseWords: Readonly<Record<string, string>> = {
  hash: 'reading the weights',
  encoder: 'building the encoder',
  decoder: 'building the decoder',
  matcher: 'building the matcher',
  time: 'timing precisions on this CPU',
  check: 'comparing with fp32 on sample images',
  optimize: 'optimising the graphs for this CPU',
  load: 'loading the model',
  'warm-up': 'running the model once',
};
