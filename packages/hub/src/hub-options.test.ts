import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@blipq/service';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { hubOptions, hubSettings } from './hub-options.js';

const schema = z.object(hubSettings);
const read = (env: Record<string, string>) => hubOptions(loadConfig(schema, env).config);

test('without settings it is the Hub itself and the cache that Python uses', () => {
  expect(read({})).toEqual({
    cacheDir: join(homedir(), '.cache', 'huggingface', 'hub'),
    endpoint: 'https://huggingface.co',
    offline: false,
  });
});

test.each([
  [{ HF_HUB_CACHE: '/a', HF_HOME: '/b' }, '/a'],
  [{ HF_HOME: '/b', XDG_CACHE_HOME: '/c' }, '/b/hub'],
  [{ HF_HOME: '~/b' }, join(homedir(), 'b/hub')],
  [{ XDG_CACHE_HOME: '/c' }, '/c/huggingface/hub'],
])('the cache of %j is %s, as in Python', (env, cacheDir) => {
  expect(read(env as Record<string, string>).cacheDir).toBe(cacheDir);
});

test('token, endpoint and offline come from the variables of that name', () => {
  const env = { HF_TOKEN: 'hf_x', HF_ENDPOINT: 'https://mirror.example/hf/', HF_HUB_OFFLINE: '1' };
  expect(read(env)).toMatchObject({ token: 'hf_x', endpoint: 'https://mirror.example/hf', offline: true });
});

test('proxies come from the variables of that name, in small letters first, and NO_PROXY alone names none', () => {
  expect(
    read({ HTTPS_PROXY: 'http://a', https_proxy: 'b:3128', HTTP_PROXY: 'http://c', NO_PROXY: 'd' }).proxies,
  ).toEqual({
    https: 'b:3128',
    http: 'http://c',
    none: 'd',
  });
  expect(read({ NO_PROXY: 'd', HTTPS_PROXY: '' }).proxies).toBeUndefined();
});

test('an endpoint that no request can be made to is refused by name', () => {
  expect(() => read({ HF_ENDPOINT: 'huggingface.co' })).toThrow(
    /HF_ENDPOINT is "huggingface.co"; it takes the address/,
  );
  expect(() => read({ HF_ENDPOINT: 'https://me:secret@mirror' })).toThrow(/^(?!.*secret).*HF_ENDPOINT/);
});
