import type { WorkInput } from '@blipq/contracts';

/**
 * What encoding an image costs, in steps of the decoder for one row. Measured in batches of 8 (benchmarks/results): 31 for
 * BLIP base in int8, 38 in fp32, 100 for large. The lower, so that no key gets more by many rows than they cost.
 */
const encodeSteps = 30;
/** A greedy caption of transformers' default length: the unit. */
const unitSteps = encodeSteps + 20;

/**
 * What work costs a worker, by what is asked: 1 for a greedy caption of 20 tokens, twice as much for what takes twice as
 * long. Each question, text, beam and returned sequence is a row; a row takes a step for each token, a text one.
 */
export function workCost(input: WorkInput): number {
  return (encodeSteps + rowsOf(input) * stepsOf(input)) / unitSteps;
}

function rowsOf(input: WorkInput): number {
  if ('texts' in input) return input.texts.length;
  const { num_beams, num_return_sequences = 1 } = input.params;
  const sequences = Math.max(num_beams, num_return_sequences);
  return 'questions' in input ? input.questions.length * sequences : sequences;
}

const stepsOf = (input: WorkInput): number => ('texts' in input ? 1 : input.params.max_new_tokens);
