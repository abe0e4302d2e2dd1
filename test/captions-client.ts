import { readFileSync } from 'node:fs';

const examplesFolder = new URL('../models/demo/examples/', import.meta.url);

/** The example scenes' captions by transformers, greedy in fp32, by file name. */
export const exampleCaptions: Record<string, string> = JSON.parse(
  readFileSync(new URL('captions.json', examplesFolder), 'utf8'),
);
export const exampleNames = Object.keys(exampleCaptions);

export interface Caption {
  id: string;
  state: string;
  caption: { text: string } | null;
  error: { code: string; detail: string } | null;
}

export function exampleImage(name: string): Blob {
  return new Blob([readFileSync(new URL(name, examplesFolder))]);
}

/** The first answer that is no 503: on a busy machine Redis may take longer than a gateway waits. */
async function answered(ask: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await ask();
    if (response.status !== 503) return response;
    await response.body?.cancel();
  }
}

/** Submits an example scene and returns the caption resource of the 202. */
export async function submit(url: string, name: string): Promise<Caption> {
  const body = new FormData();
  body.set('image', exampleImage(name), name);
  const response = await answered(() => fetch(`${url}/v1/captions`, { method: 'POST', body }));
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  const caption = (await response.json()) as Caption;
  if (response.headers.get('location') !== `/v1/captions/${caption.id}`) throw new Error('no Location');
  return caption;
}

/** The caption as it is now, or as it is when it ends within `waitS` seconds. */
export async function read(url: string, id: string, waitS = 0): Promise<Caption> {
  const headers: Record<string, string> = waitS > 0 ? { prefer: `wait=${waitS}` } : {};
  const response = await answered(() => fetch(`${url}/v1/captions/${id}`, { headers }));
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Caption;
}

/** Asks for a caption until it has ended. */
export async function finished(url: string, id: string): Promise<Caption> {
  for (;;) {
    const caption = await read(url, id, 10);
    if (['succeeded', 'failed', 'canceled', 'expired'].includes(caption.state)) return caption;
  }
}
