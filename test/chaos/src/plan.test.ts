import { expect, test } from 'vitest';
import { faultKinds, faultNames } from './fault-kinds.js';
import { fetchFailures } from './image-source.js';
import { makePlan, onlyKinds } from './plan.js';
import { profiles } from './profiles.js';
import { namesOf, sceneTasks } from './scene.js';

test('a seed gives the same plan every time, another seed another one', () => {
  expect(makePlan(profiles.long, 7)).toEqual(makePlan(profiles.long, 7));
  expect(makePlan(profiles.long, 8)).not.toEqual(makePlan(profiles.long, 7));
});

test('a part of a plan is what it is in the whole', () => {
  const plan = makePlan(profiles.long, 7);
  const part = onlyKinds(plan, ['redis-kill']);
  expect(part.rounds.length).toBeGreaterThan(1);
  expect(part.rounds).toEqual(plan.rounds.filter(({ fault }) => fault.kind === 'redis-kill'));
  expect(part.scenes).toEqual(plan.scenes);
});

test('the long profile has at least 5,000 submissions and 150 faults, and every kind at least twice', () => {
  const { rounds } = makePlan(profiles.long, 1);
  expect(rounds.length).toBeGreaterThanOrEqual(150);
  const submitted = rounds.flatMap(({ requests, batches }) => [...requests, ...batches.flatMap(({ items }) => items)]);
  expect(submitted.length).toBeGreaterThanOrEqual(5000);
  const counts = faultNames.map((name) => rounds.filter(({ fault }) => fault.kind === name).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
});

test.each(['short', 'long'] as const)('durations and targets of the %s profile are within their kinds’', (name) => {
  const profile = profiles[name];
  for (const { fault } of makePlan(profile, 3).rounds) {
    const { victim, range } = faultKinds[fault.kind];
    expect(fault.amount).toBeGreaterThanOrEqual(0);
    expect(fault.amount).toBeLessThanOrEqual(range[1]);
    const { workers, gateways: gateway, notifiers: notifier, receivers: receiver } = profile;
    const most = { worker: workers.length, gateway, notifier, receiver, redis: 1, client: 1, tenant: 1 };
    expect(fault.target).toBeLessThan(most[victim]);
  }
});

test('no two requests share an identity, and every id is one that may be put', () => {
  const { scenes, rounds } = makePlan(profiles.long, 5);
  const requests = rounds.flatMap((round) => round.requests);
  const batches = rounds.flatMap((round) => round.batches);
  const puts = requests.flatMap(({ identity, scene }) => (identity.kind === 'put' ? [{ ...identity, scene }] : []));
  const ids = puts.map(({ id }) => id);
  const keys = [
    ...requests.flatMap(({ identity }) => (identity.kind === 'key' ? [identity.key] : [])),
    ...batches.flatMap(({ key }) => (key === null ? [] : [key])),
  ];
  expect(new Set([...ids, ...keys]).size).toBe(ids.length + keys.length);
  expect(ids.filter((id) => !/^(cap|ans|mat)_[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id))).toEqual([]);
  expect(puts.filter(({ id, scene }) => !id.startsWith(namesOf(scenes[scene]!.kind).idPrefix))).toEqual([]);
});

test.each(['short', 'long'] as const)('the %s profile asks for everything, in batches and alone', (name) => {
  const { scenes, rounds } = makePlan(profiles[name], 11);
  const kinds = (asked: { scene: number }[]) => new Set(asked.map(({ scene }) => scenes[scene]!.kind));
  const all = new Set(Object.keys(sceneTasks));
  expect(kinds(rounds.flatMap(({ requests }) => requests))).toEqual(all);
  const batches = rounds.flatMap((round) => round.batches);
  expect(kinds(batches.flatMap(({ items }) => items))).toEqual(all);
  expect(batches.some(({ items }) => kinds(items).size > 1)).toBe(true);
  const sources = batches.flatMap(({ items }) => items.map(({ source }) => source));
  expect(new Set(sources)).toEqual(new Set([null, ...Object.keys(fetchFailures)]));
  expect(batches.filter(({ form, items }) => form === 'multipart' && items.some(({ source }) => source))).toEqual([]);
});
