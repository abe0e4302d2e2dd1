import { type Caption, exampleCaptions, exampleImage, exampleNames } from '../captions-client.js';

/** Clients that want captions one after another, until they are stopped. */
export class CaptionLoad {
  readonly #clients: Promise<void>[];
  readonly #failures: string[] = [];
  #answered = 0;
  #stopping = false;

  constructor(
    readonly url: string,
    clients: number,
  ) {
    this.#clients = Array.from({ length: clients }, (_, index) => this.#call(index));
  }

  get answered(): number {
    return this.#answered;
  }

  async #call(first: number): Promise<void> {
    for (let index = first; !this.#stopping; index += 1) {
      const name = exampleNames[index % exampleNames.length]!;
      const outcome = await captioned(this.url, name).catch((error) => `${error} ${error.cause ?? ''}`);
      if (outcome === exampleCaptions[name]) this.#answered += 1;
      else this.#failures.push(`${name}: ${outcome}`);
    }
  }

  /** Every request that was answered by anything but its caption. */
  async stop(): Promise<string[]> {
    this.#stopping = true;
    await Promise.all(this.#clients);
    return this.#failures;
  }
}

/** Sends an example scene and reads its caption, waiting again while it is not there. */
export async function captioned(url: string, name: string): Promise<string> {
  const body = new FormData();
  body.set('image', exampleImage(name), name);
  let response = await fetch(`${url}/v1/captions`, { method: 'POST', body, headers: { prefer: 'wait=30' } });
  for (;;) {
    const answer = (await response.json()) as Caption;
    if (!response.ok) return `${response.status} ${JSON.stringify(answer)}`;
    if (answer.state === 'succeeded') return answer.caption!.text;
    if (!['queued', 'processing'].includes(answer.state)) return JSON.stringify(answer);
    response = await fetch(`${url}/v1/captions/${answer.id}`, { headers: { prefer: 'wait=30' } });
  }
}
