import { type Task, taskNames, taskOfId } from '@blipq/contracts';
import type { Random } from '@blipq/test-servers';

/** What can be asked for, and whose workers have it, one after the other; each begins it at least once. */
export const sceneTasks = {
  caption: ['captioning'],
  'matched caption': ['captioning', 'image_text_retrieval'],
  answer: ['question_answering'],
  match: ['image_text_retrieval'],
} as const satisfies Record<string, [Task, ...Task[]]>;

export type SceneKind = keyof typeof sceneTasks;

/** What it is called: the collection under `/v1`, the prefix of its ids. */
export const namesOf = (kind: SceneKind) => taskNames[sceneTasks[kind][0]];

/** One question with one right answer. */
export interface Scene {
  kind: SceneKind;
  /** File name of an example, or `tile-<n>` of the reference scenes. */
  image: string;
  /** What is asked beside the image, as it stands in JSON. */
  asks: {
    prompt?: string;
    match?: true;
    question?: string;
    questions?: string[];
    texts?: string[];
    params?: { num_beams: number; max_new_tokens: number };
  };
}

/** Where what has this id is read. */
export function pathOf(id: string): string {
  const collection = id.startsWith('bat_') ? 'batches' : taskNames[taskOfId(id)].collection;
  return `/v1/${collection}/${id}`;
}

const examples = [
  ...['book-in-a-room.jpg', 'cat-next-to-a-balloon.png', 'dog-on-the-grass.jpg', 'rocket-at-night.jpg'],
  ...['sun-above-a-house.png', 'two-penguins-in-the-snow.jpg', 'umbrella-on-the-beach.jpg'],
];
const tiles = 300;
const prompts = [undefined, undefined, 'a picture of', 'a photo of', 'there is', 'an image of'];
const questions = [
  ...['how many dogs are there?', 'what color is the cat?', 'is it raining?', 'who is at the door?'],
  ...['is there a weapon?', 'where is the book?', 'what is next to the house?', 'is it day or night?'],
];
const texts = [
  ...['a dog on the grass', 'a cat next to a balloon', 'two penguins in the snow', 'a rocket at night', 'a cup of tea'],
  ...['a book in a room', 'a woman on a beach', 'three apples', 'a house by the sea', 'an umbrella in the rain'],
];
/** The share of each kind. */
const mixture: readonly SceneKind[] = [
  ...(['caption', 'answer', 'matched caption', 'match', 'caption'] as const),
  ...(['answer', 'caption', 'match', 'matched caption', 'caption'] as const),
];

/** Scenes that all differ, of all kinds. */
export function scenesOf(count: number, random: Random): Scene[] {
  const images = random.shuffled([...examples, ...Array.from({ length: tiles }, (_, n) => `tile-${n}`)]);
  return images.slice(0, count).map((image, n) => {
    const kind = mixture[n % mixture.length]!;
    return { kind, image, asks: asksOf(kind, random) };
  });
}

function asksOf(kind: SceneKind, random: Random): Scene['asks'] {
  if (kind === 'match') return { texts: random.shuffled(texts).slice(0, random.whole(1, 4)) };
  const params = { num_beams: random.pick([1, 1, 1, 3]), max_new_tokens: random.pick([20, 20, 20, 5]) };
  if (kind === 'answer') {
    const [first, ...others] = random.shuffled(questions);
    const asked = random.chance(0.5) ? { question: first! } : { questions: [first!, ...others.slice(0, 3)] };
    // Their model never comes to an end by itself.
    return { ...asked, params: { ...params, max_new_tokens: 5 } };
  }
  const prompt = random.pick(prompts);
  return {
    ...(prompt !== undefined && { prompt }),
    ...(kind === 'matched caption' && { match: true as const }),
    params,
  };
}
