import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newCaptionId } from '@blipq/contracts';
import { ContractClient } from './contract-client.js';
import { HeldHandler } from './held-handler.js';
import { LiveGateway, repositoryFile } from './live-gateway.js';
import { imageForm } from './multipart.js';

/** The image that captions are asked of. */
export const photo = await readFile(repositoryFile('test/images/rocket.jpg'));
export const base64 = photo.toString('base64');

export const ulid = () => newCaptionId().slice('cap_'.length);

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

export const form = (texts: Record<string, string> = {}, headers: Record<string, string> = {}): RequestInit => {
  const { body, headers: own } = imageForm('image', photo, texts);
  return { body, headers: { ...own, ...headers } };
};

/** Each caption of a test has a prompt of its own, so that no result is reused by accident. */
let count = 0;
export const fresh = () => `prompt ${++count}`;

/** The operations of the document, by the test file that sees every success of theirs. */
export const contractGroups = {
  submissions: /^(create|put)Caption$/,
  life: /^((get|delete|cancel|retry|watch)Caption|listCaptions|getModel|listModels)$/,
  batches: /Batch(es|Results)?$/,
  deliveries: /^(listDeliveries|listCaptionDeliveries|getDelivery|redeliver)$/,
  webhooks: /^(getWebhookSecret|testWebhook)$/,
  eventTokens: /^createEventToken$/,
  answersAndMatches: /(Answer|Match)/,
  chat: /^createChatCompletion$/,
};

/** A gateway whose answers are checked against its document, a worker, and a web server that has the image. */
export class CaptionContract {
  readonly gateway: LiveGateway;
  readonly held = new HeldHandler();
  readonly api: ContractClient;
  readonly #host: Server;

  private constructor(gateway: LiveGateway, api: ContractClient, host: Server) {
    this.gateway = gateway;
    this.api = api;
    this.#host = host;
  }

  static async start(redisUrl: string): Promise<CaptionContract> {
    const host = createServer((req, res) => {
      if (req.url!.endsWith('/404')) return void res.writeHead(404).end();
      res.setHeader('content-type', 'image/jpeg').end(photo);
    });
    await once(host.listen(0, '127.0.0.1'), 'listening');
    const gateway = await new LiveGateway(redisUrl, {
      BLIPQ_FETCH_ALLOW: ['127.0.0.1'],
      BLIPQ_FETCH_HTTP: true,
      BLIPQ_REUSE_S: 600,
      BLIPQ_FETCH_PORTS: [(host.address() as AddressInfo).port],
    }).start();
    await gateway.registerModel();
    const contract = new CaptionContract(gateway, await ContractClient.of(gateway.url), host);
    await gateway.work(contract.held.handle);
    return contract;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    this.#host.close();
  }

  /** Where the gateway can fetch the image. */
  get photoUrl(): string {
    return `http://127.0.0.1:${(this.#host.address() as AddressInfo).port}/photo.jpg`;
  }

  /** A caption that a worker holds. */
  async submitHeld() {
    const begun = this.held.nextBegun();
    const init = form({ prompt: 'hold' }, { 'cache-control': 'no-cache' });
    const { json: caption } = await this.api.call('POST', '/v1/captions', init);
    await begun;
    return caption;
  }

  /** A caption that has succeeded. */
  async finished(texts: Record<string, string> = { prompt: fresh() }) {
    return (await this.api.call('POST', '/v1/captions', form(texts, { prefer: 'wait=30' }))).json;
  }
}
