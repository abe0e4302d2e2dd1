import { afterAll, describe, expect, inject, test, vi } from 'vitest';
import { CaptionContract, contractGroups, form, ulid } from '../testing/caption-contract.js';
import { ContractClient } from '../testing/contract-client.js';
import { LiveGateway } from '../testing/live-gateway.js';

const contract = await CaptionContract.start(inject('redisUrl'));
const { api } = contract;
afterAll(() => contract.stop());

describe('reading', () => {
  test('a caption that has not changed is 304', async () => {
    const { links } = await contract.finished();
    const read = await api.call('GET', links.self);
    const etag = read.headers.get('etag')!;
    expect(etag).toMatch(/^"\d+"$/);
    expect(read.headers.get('cache-control')).toBe('private, no-cache');
    for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const same = await api.call('GET', links.self, { headers: { 'if-none-match': value } });
      expect([same.status, same.headers.get('etag')]).toEqual([304, etag]);
    }
    expect((await api.call('GET', links.self, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    expect((await api.call('HEAD', links.self)).status).toBe(200);
  });

  test('waits for the end when asked to', async () => {
    const { links } = await contract.submitHeld();
    const inProgress = (count: number) =>
      vi.waitFor(async () => {
        const metrics = await (await fetch(`${contract.gateway.url}/metrics`)).text();
        expect(metrics).toMatch(
          new RegExp(`^bentoml_service_request_in_progress\\{endpoint="/v1"[^}]*\\} ${count}$`, 'm'),
        );
      });
    // Its submission may count for a moment after its answer.
    await inProgress(0);
    const waiting = api.call('GET', links.self, { headers: { prefer: 'wait=60' } });
    await inProgress(1);
    contract.held.letGo();
    const answer = await waiting;
    expect([answer.headers.get('preference-applied'), answer.json.state]).toEqual(['wait=60', 'succeeded']);
  });

  test('a list goes through all captions, newest first, page by page', async () => {
    const made = [];
    for (let i = 0; i < 5; i++) made.unshift((await contract.finished()).id);
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const { json: page } = await api.call('GET', `/v1/captions?${query}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      ids.push(...page.data.map((caption: { id: string }) => caption.id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(ids.slice(0, 5)).toEqual(made);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a list can be of one state', async () => {
    await contract.finished();
    const { json: page } = await api.call('GET', '/v1/captions?state=succeeded&limit=100');
    expect(new Set(page.data.map((caption: { state: string }) => caption.state))).toEqual(new Set(['succeeded']));
    expect((await api.call('GET', '/v1/captions?state=expired')).json.data).toEqual([]);
  });

  test('the models are those that were registered', async () => {
    const { json: page } = await api.call('GET', '/v1/models');
    expect(page.data).toMatchObject([{ id: 'demo', object: 'model', image_size: 128 }]);
    expect((await api.call('GET', '/v1/models/demo')).json).toEqual(page.data[0]);
    expect((await api.call('GET', '/v1/models/other')).status).toBe(404);
    const unknown = await api.call('POST', '/v1/captions', form({ model: 'other' }));
    expect([unknown.status, unknown.json.code]).toEqual([422, 'unknown_model']);
  });
});

describe('ending', () => {
  test('a running caption is canceled, and canceling it again changes nothing', async () => {
    const { links } = await contract.submitHeld();
    const cancel = await api.call('POST', links.cancel);
    expect(cancel.status).toBe(202);
    const ended = await api.call('GET', links.self, { headers: { prefer: 'wait=30' } });
    expect(ended.json).toMatchObject({ state: 'canceled', caption: null });
    expect((await api.call('POST', links.cancel)).status).toBe(200);
  });

  test('a caption that has succeeded cannot be canceled', async () => {
    const answer = await api.call('POST', (await contract.finished()).links.cancel);
    expect([answer.status, answer.json.code]).toEqual([409, 'already_terminal']);
  });

  test('a queued caption is canceled at once', async () => {
    const idle = await new LiveGateway(inject('redisUrl')).start();
    await idle.registerModel();
    const client = await ContractClient.of(idle.url);
    const { json: caption } = await client.call('POST', '/v1/captions', form());
    const cancel = await client.call('POST', caption.links.cancel);
    expect([cancel.status, cancel.json.state]).toEqual([200, 'canceled']);
    for (const one of client.seen) api.seen.add(one);
    await idle.stop();
  });

  test('a caption that was canceled can be tried again under a new id', async () => {
    const first = await contract.submitHeld();
    const early = await api.call('POST', first.links.retry);
    expect([early.status, early.json.code]).toEqual([409, 'not_terminal']);
    await api.call('POST', first.links.cancel);
    await api.call('GET', first.links.self, { headers: { prefer: 'wait=30' } });
    const headers = { 'idempotency-key': ulid() };
    const begun = contract.held.nextBegun();
    const retry = await api.call('POST', first.links.retry, { headers });
    expect(retry.json).toMatchObject({ retry_of: first.id, prompt: first.prompt });
    expect(retry.headers.get('location')).toBe(retry.json.links.self);
    const again = await api.call('POST', first.links.retry, { headers });
    expect([again.json.id, again.headers.get('idempotency-replayed')]).toEqual([retry.json.id, 'true']);
    await begun;
    contract.held.letGo();
    const ended = await api.call('GET', retry.json.links.self, { headers: { prefer: 'wait=30' } });
    expect(ended.json).toMatchObject({ state: 'succeeded', caption: { text: 'hold echoed' } });
  });

  test('the image of a caption that succeeded is gone', async () => {
    const answer = await api.call('POST', (await contract.finished()).links.retry);
    expect([answer.status, answer.json.code]).toEqual([410, 'input_expired']);
  });

  test('a caption can be deleted in any state, and is answered result_expired afterwards', async () => {
    for (const { links } of [await contract.submitHeld(), await contract.finished()]) {
      expect((await api.call('DELETE', links.self)).status).toBe(204);
      for (const [method, path] of [
        ['GET', links.self],
        ['GET', links.events],
        ['DELETE', links.self],
        ['POST', links.cancel],
        ['POST', links.retry],
      ] as const) {
        const answer = await api.call(method, path);
        expect([answer.status, answer.json.code], `${method} ${path}`).toEqual([410, 'result_expired']);
      }
    }
  });
});

describe('events', () => {
  const eventsOf = (text: string) =>
    text.split('\n\n').flatMap((block) => {
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      return id
        ? [
            {
              id: Number(id),
              event: /^event: (.*)$/m.exec(block)![1],
              data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!),
            },
          ]
        : [];
    });

  test('tell every change up to the end', async () => {
    const caption = await contract.submitHeld();
    const watching = api.call('GET', caption.links.events);
    contract.held.letGo();
    const { headers, text } = await watching;
    expect([headers.get('cache-control'), headers.get('content-encoding')]).toEqual(['no-cache, no-transform', null]);
    const events = eventsOf(text);
    expect(events.at(-1)).toMatchObject({ event: 'caption.succeeded', data: { id: caption.id, state: 'succeeded' } });
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toSorted((a, b) => a - b));
    for (const { id, event, data } of events) expect([data.version, `caption.${data.state}`]).toEqual([id, event]);
  });

  test('go on after the last one that was seen, and end for good after the end', async () => {
    const { links, version } = await contract.finished();
    const resumed = await api.call('GET', links.events, { headers: { 'last-event-id': String(version - 1) } });
    expect(eventsOf(resumed.text).map(({ id }) => id)).toEqual([version]);
    const over = await api.call('GET', links.events, { headers: { 'last-event-id': String(version) } });
    expect(over.status).toBe(204);
    expect(eventsOf((await api.call('GET', links.events, { headers: { 'last-event-id': 'x' } })).text)).not.toEqual([]);
  });

  test('of an unknown caption are not found', async () => {
    expect((await api.call('GET', `/v1/captions/cap_${ulid()}/events`)).status).toBe(404);
  });
});

test('every success that the document describes for a caption after its submission and for models was seen in this file', () => {
  expect(api.unseenSuccesses(contractGroups.life)).toEqual([]);
});
