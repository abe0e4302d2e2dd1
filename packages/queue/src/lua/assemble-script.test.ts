import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { assembleScript } from './assemble-script.js';

const src = new URL('../', import.meta.url);
const files = readdirSync(fileURLToPath(src), { recursive: true, encoding: 'utf8' });
const modules = files.filter((file) => file.endsWith('.ts')).map((file) => file.replace(/\.ts$/, '.lua'));
/** Those with a module of the same name that runs them. */
const scripts = files.filter((file) => /scripts\/.*\.lua$/.test(file) && modules.includes(file));

let redis: Redis;
let folder: string;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
  folder = mkdtempSync(join(tmpdir(), 'blipq-lua-'));
});
afterAll(() => {
  redis.disconnect();
  rmSync(folder, { recursive: true });
});

/** Writes a script of a test's own, and whatever it needs. */
function scriptWith(sources: Record<string, string>): URL {
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(folder, `${name}.lua`), source);
  return pathToFileURL(join(folder, 'main.lua'));
}

test('there are scripts', () => {
  expect(scripts.length).toBeGreaterThan(20);
});

test.each(scripts)('%s is assembled into something that Redis takes', async (file) => {
  const lua = assembleScript(new URL(file, src));
  expect(await redis.script('LOAD', lua)).toMatch(/^[0-9a-f]{40}$/);
});

test('modules come before whatever requires them, once', async () => {
  const script = scriptWith({
    main: "local one = require 'one'\nlocal two = require 'two'\nreturn { one.name, two.name, two.calls() }",
    one: "local count = require 'count'\ncount.add()\nreturn { name = 'one' }\n",
    two: "local count = require 'count'\ncount.add()\nreturn { name = 'two', calls = count.get }\n",
    count: 'local n = 0\nreturn { add = function() n = n + 1 end, get = function() return n end }\n',
  });
  expect(await redis.eval(assembleScript(script), 0)).toEqual(['one', 'two', 2]);
});

test('constants of the contracts are Lua values', async () => {
  const source = "local c = require 'constants'\nreturn { c.objects.cap, c.terminal_states[1], c.enqueue_grace_ms }";
  expect(await redis.eval(assembleScript(scriptWith({ main: source })), 0)).toEqual(['caption', 'succeeded', 10_000]);
});

test('a module that does not exist, or that requires itself, is named', () => {
  expect(() => assembleScript(scriptWith({ main: "require 'nowhere'" }))).toThrow(/main\.lua requires nowhere/);
  const circle = scriptWith({ main: "require 'a'", a: "require 'b'", b: "require 'a'" });
  expect(() => assembleScript(circle)).toThrow(/a\.lua requires itself/);
});
