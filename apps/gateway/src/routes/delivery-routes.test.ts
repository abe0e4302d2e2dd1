import { afterAll, describe, expect, inject, test, vi } from 'vitest';
import {
  base64,
  CaptionContract,
  contractGroups,
  form,
  fresh,
  json,
  photo,
  ulid,
} from '../testing/caption-contract.js';

const contract = await CaptionContract.start(inject('redisUrl'));
const { api } = contract;
afterAll(() => contract.stop());

describe('webhooks', () => {
  const webhook = { url: 'https://example.com/hook?token=x' };
  const failed = async (path: string, body: object) => {
    const { status, json: problem } = await api.call('POST', path, json(body));
    return [status, problem.code];
  };

  test('of a caption can be read and sent again', async () => {
    const { json: caption } = await api.call('POST', '/v1/captions', {
      ...json({ image: { base64 }, prompt: fresh(), webhook }, { prefer: 'wait=20' }),
    });
    const id = `msg_${caption.id}_succeeded`;
    const { json: deliveries } = await api.call('GET', `/v1/captions/${caption.id}/deliveries`);
    expect(deliveries.data).toMatchObject([{ id, state: 'pending', event: 'caption.succeeded', url: webhook.url }]);
    const { json: pending } = await api.call('GET', '/v1/webhook-deliveries?state=pending&limit=100');
    expect(pending.data).toContainEqual(deliveries.data[0]);
    expect((await api.call('GET', '/v1/webhook-deliveries?state=delivered')).json.data).toEqual([]);
    expect((await api.call('GET', `/v1/webhook-deliveries/${id}`)).json).toEqual(deliveries.data[0]);
    expect((await api.call('POST', `/v1/webhook-deliveries/${id}/redeliver`)).status).toBe(202);
  });

  test('come as form fields and in the query too, as JSON or as a URL alone', async () => {
    const query = new URLSearchParams({ prompt: fresh(), webhook: JSON.stringify(webhook) });
    const raw = { body: photo, headers: { 'content-type': 'image/jpeg', prefer: 'wait=20' } };
    const created = [
      await api.call('POST', '/v1/captions', form({ prompt: fresh(), webhook: webhook.url }, { prefer: 'wait=20' })),
      await api.call('POST', `/v1/captions?${query}`, raw),
    ];
    for (const { json: caption } of created) {
      expect((await api.call('GET', `/v1/captions/${caption.id}/deliveries`)).json.data).toHaveLength(1);
    }
  });

  test('of a batch tell its completion, and of its captions what was asked for', async () => {
    const items = [{ image: { base64 }, prompt: fresh() }];
    const events = ['batch.completed', 'caption.succeeded'];
    const { json: batch } = await api.call('POST', '/v1/batches', json({ items, webhook: { ...webhook, events } }));
    const ids = [`msg_${batch.id}_completed`, `msg_${batch.items[0].id}_succeeded`];
    for (const id of ids) {
      await vi.waitFor(async () => expect((await api.call('GET', `/v1/webhook-deliveries/${id}`)).status).toBe(200));
    }
  });

  test('that could never be sent are refused at once', async () => {
    const image = { base64 };
    for (const url of ['http://example.com/', 'https://10.0.0.1/', 'https://[::1]/', 'https://a:b@example.com/', 'x']) {
      expect(await failed('/v1/captions', { image, webhook: { url } }), url).toEqual([422, 'url_blocked']);
      expect(await failed('/v1/batches', { items: [{ image }], webhook: { url } }), url).toEqual([422, 'url_blocked']);
    }
    for (const events of [[], ['caption.queued'], ['batch.completed']]) {
      expect(await failed('/v1/captions', { image, webhook: { ...webhook, events } })).toEqual([422, 'invalid_params']);
    }
  });

  test('that do not exist are not found, nor are those of unknown captions', async () => {
    for (const path of [`/v1/webhook-deliveries/msg_cap_${ulid()}_failed`, '/v1/webhook-deliveries/x']) {
      expect((await api.call('GET', path)).status).toBe(404);
      expect((await api.call('POST', `${path}/redeliver`)).status).toBe(404);
    }
    expect((await api.call('GET', `/v1/captions/cap_${ulid()}/deliveries`)).status).toBe(404);
    const quiet = await api.call('POST', '/v1/captions', form({ prompt: fresh() }));
    expect((await api.call('GET', `/v1/captions/${quiet.json.id}/deliveries`)).json.data).toEqual([]);
  });
});

test('every success that the document describes for deliveries was seen in this file', () => {
  expect(api.unseenSuccesses(contractGroups.deliveries)).toEqual([]);
});
