import { expect, test } from 'vitest';
import { reachableUrl, welcome } from './welcome.js';

const options = {
  url: 'http://localhost:3000',
  served: ['demo'],
  failed: [],
  bundled: true,
  image: '/b/demo/examples/dog.jpg',
  stateFolder: '/s/.blipq',
};

test('the bundled model comes with a line to paste and a plain word about what it knows', () => {
  const text = welcome(options);
  expect(text).toContain('BlipQ is ready at http://localhost:3000/playground, or in another terminal:\n');
  expect(text).toContain('  curl -F img=@/b/demo/examples/dog.jpg http://localhost:3000/generate\n');
  expect(text).toContain('emoji scenes only');
  expect(text).toContain('BLIPQ_MODEL=Salesforce/blip-image-captioning-large npm start');
});

test("another model gets no word about the bundled one's limits", () => {
  expect(welcome({ ...options, bundled: false })).not.toContain('emoji');
});

test('several models are listed, those that could not start too', () => {
  const text = welcome({ ...options, served: ['demo', 'b'], failed: ['owner/c'] });
  expect(text).toContain('It serves demo, b.\nIt does not serve owner/c; the reason is above.\n');
});

test('a path with a space or a quote is quoted for the shell', () => {
  const text = welcome({ ...options, image: "/it's mine/dog.jpg" });
  expect(text).toContain(`curl -F 'img=@/it'\\''s mine/dog.jpg' http://localhost:3000/generate`);
});

test('the printed address is one that can be opened', () => {
  expect(reachableUrl('0.0.0.0', 3000)).toBe('http://localhost:3000');
  expect(reachableUrl('::', 3000)).toBe('http://localhost:3000');
  expect(reachableUrl('::1', 80)).toBe('http://[::1]:80');
  expect(reachableUrl('10.0.0.2', 80)).toBe('http://10.0.0.2:80');
});
