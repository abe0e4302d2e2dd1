/**
 * Random numbers that a seed alone determines: Philox 4×32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
 * 1, 2, 3"), which is counter-based, so that a number needs none of those before it.
 *
 * @param seed a non-negative safe integer: the key, low half first
 * @param stream which of the independent sequences of the seed: the counter's second word
 * @returns `count` numbers in [0, 1), multiples of 2⁻²³ so that float32 holds them and their product with a sum stays below
 *   it. Four come of each block; the block's number is the counter's first word.
 */
export function uniforms(seed: number, stream: number, count: number): Float32Array {
  const numbers = new Float32Array(count);
  const key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] as const;
  for (let at = 0; at < count; at += 4) {
    const block = philox([at / 4, stream, 0, 0], key);
    numbers.set(
      block.slice(0, count - at).map((word) => (word >>> 9) * 2 ** -23),
      at,
    );
  }
  return numbers;
}

type Words = readonly [number, number, number, number];

const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const keyIncrements = [0x9e3779b9, 0xbb67ae85] as const;

/** Ten rounds of Philox 4×32 over a counter of four 32-bit words. */
export function philox(counter: Words, key: readonly [number, number]): number[] {
  let [a, b, c, d] = counter as [number, number, number, number];
  let [left, right] = key as [number, number];
  for (let round = 0; round < 10; round++) {
    const [highA, lowA] = multiply(multipliers[0], a);
    const [highC, lowC] = multiply(multipliers[1], c);
    [a, b, c, d] = [(highC ^ b ^ left) >>> 0, lowC, (highA ^ d ^ right) >>> 0, lowA];
    left = (left + keyIncrements[0]) >>> 0;
    right = (right + keyIncrements[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** The product of two 32-bit words, as its high and low word. */
function multiply(a: number, b: number): [high: number, low: number] {
  const product = BigInt(a) * BigInt(b);
  return [Number(product >> 32n), Number(product & 0xffffffffn)];
}
