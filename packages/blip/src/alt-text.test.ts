import { describe, expect, test } from 'vitest';
import { altRules, altText } from './alt-text.js';

/** Of each rule: a caption as a model says it, and as alternative text. */
const cases: Record<string, [caption: string, alt: string][]> = {
  blanks: [['a  dog\non a beach ', 'A dog on a beach.']],
  contractions: [
    ["it ' s a dog", 'A dog.'],
    ["a man ' s hat that isn ' t wet", "A man's hat that isn't wet."],
    ["they ' re on a bench", "They're on a bench."],
    ['a child’s toy', 'A child’s toy.'],
  ],
  quotations: [
    ['a sign that says " stop "', 'A sign that says "stop".'],
    ["a sign that says ' stop ' on a pole", "A sign that says 'stop' on a pole."],
  ],
  'possessives of plurals': [["the boys ' bicycles", "The boys' bicycles."]],
  hyphens: [
    ['a black - and - white cat', 'A black-and-white cat.'],
    ['a t - shirt', 'A t-shirt.'],
  ],
  slashes: [['a washer / dryer', 'A washer/dryer.']],
  numbers: [
    ['a clock at 10 : 30', 'A clock at 10:30.'],
    ['a board of 3 . 5 metres', 'A board of 3.5 metres.'],
  ],
  'signs after numbers': [['a sale of 50 % on shoes', 'A sale of 50% on shoes.']],
  'signs before numbers': [['a tag of $ 5', 'A tag of $5.']],
  brackets: [['a dog ( a poodle ) on grass', 'A dog (a poodle) on grass.']],
  marks: [
    ['a dog , a cat , and a bird .', 'A dog, a cat, and a bird.'],
    ['what is this ?', 'What is this?'],
  ],
  openings: [
    ['a picture of a dog', 'A dog.'],
    ['a photo of two dogs', 'Two dogs.'],
    ['an image of the sea', 'The sea.'],
    ['the picture of a dog', 'A dog.'],
    ['picture of a dog', 'A dog.'],
    ['A Photograph of a dog', 'A dog.'],
    ['there is a man that is riding a horse', 'A man that is riding a horse.'],
    ['there are three apples', 'Three apples.'],
    ['there is a picture of a photo of a cat', 'A cat.'],
    ['this is a close up photo of a cat', 'A cat.'],
    ['a close - up of a cat', 'A cat.'],
    ['arafed man in a suit', 'Man in a suit.'],
    ['araffe image of a dog', 'A dog.'],
    ['a picture of', 'A picture.'],
    ['a painting of a picture of a cat', 'A painting of a picture of a cat.'],
    ['there', 'There.'],
  ],
  repetitions: [
    ['a cat and a cat and a cat', 'A cat.'],
    ['a cat, a cat, and a cat', 'A cat.'],
    ['a dog dog dog', 'A dog.'],
    ['a man in a suit suit', 'A man in a suit.'],
    ['a cat and a cat and a dog', 'A cat and a dog.'],
    ['a boat in the water in the water in the water', 'A boat in the water.'],
    ['a blue and blue and white plate', 'A blue and white plate.'],
    ['a dog with a dog with a dog', 'A dog with a dog.'],
    ['A cat and a Cat', 'A cat.'],
    ['a tuk tuk and a chow chow', 'A tuk tuk and a chow chow.'],
    ['dogs running round and round', 'Dogs running round and round.'],
    ['a cat and a catfish', 'A cat and a catfish.'],
    ['a clock with 1 1 on it', 'A clock with 1 1 on it.'],
  ],
  'unfinished ends': [
    ['a woman sitting on the', 'A woman sitting.'],
    ['a dog and a', 'A dog.'],
    ['a dog on a table with a', 'A dog on a table.'],
    ['a woman with her hat on', 'A woman with her hat on.'],
    ['the', 'The.'],
  ],
  capital: [
    ['a dog', 'A dog.'],
    ['"stop" on a sign', '"Stop" on a sign.'],
    ['élan', 'Élan.'],
  ],
  'full stop': [
    ['a dog.', 'A dog.'],
    ['a dog!', 'A dog!'],
    ['a dog -', 'A dog.'],
    ['a sign that says "stop."', 'A sign that says "stop."'],
    ['', ''],
    ['...', '...'],
  ],
};

describe.each(altRules)('$name', ({ name }) => {
  test.each(cases[name]!)('%j becomes %j', (caption, alt) => {
    expect(altText(caption)).toBe(alt);
  });
});

test.each(Object.values(cases).flat())('what became of %j is left as it is', (_caption, alt) => {
  expect(altText(alt)).toBe(alt);
});

test('a caption that repeats itself to the end of its 512 tokens is mended at once', () => {
  expect(altText(`${'a cat and '.repeat(170)}a dog`)).toBe('A cat and a dog.');
  expect(altText('cat '.repeat(512))).toBe('Cat.');
  const unlike = Array.from({ length: 512 }, (_, index) => `w${index}`).join(' ');
  expect(altText(unlike)).toBe(`W${unlike.slice(1)}.`);
});
