import { expect, test } from 'vitest';
import { welcome } from './welcome.js';

const options = { host: '0.0.0.0', port: 3000, model: '/b/demo', bundledModel: '/b/demo', stateFolder: '/s/.blipq' };

test('the bundled model comes with a line to paste and a plain word about what it knows', () => {
  const text = welcome(options);
  expect(text).toContain('BlipQ is ready at http://localhost:3000\n');
  expect(text).toContain('  curl -F img=@/b/demo/examples/dog-on-the-grass.jpg http://localhost:3000/generate\n');
  expect(text).toContain('emoji scenes only');
  expect(text).toContain('BLIPQ_MODEL=<folder');
});

test("another model gets no word about the bundled one's limits", () => {
  expect(welcome({ ...options, model: '/m/large' })).not.toContain('emoji');
});

test('a path with a space or a quote is quoted for the shell, an IPv6 address for the URL', () => {
  const text = welcome({ ...options, host: '::1', bundledModel: "/it's mine/demo" });
  expect(text).toContain(`curl -F 'img=@/it'\\''s mine/demo/examples/dog-on-the-grass.jpg' http://[::1]:3000/generate`);
});
