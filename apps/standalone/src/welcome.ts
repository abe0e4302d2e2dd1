import { join } from 'node:path';

export interface WelcomeOptions {
  url: string;
  /** Whether the model that comes with BlipQ is in use. */
  bundled: boolean;
  /** The folder of the model that comes with BlipQ. */
  bundledModel: string;
  stateFolder: string;
}

/** What a person reads when everything is up: where it is, a line to paste, what the model knows. */
export function welcome({ url, bundled, bundledModel, stateFolder }: WelcomeOptions): string {
  const image = join(bundledModel, 'examples', 'dog-on-the-grass.jpg');
  const lines = [
    `BlipQ is ready at ${url}`,
    '',
    `  curl -F ${quoted(`img=@${image}`)} ${url}/generate`,
    `  curl -F ${quoted(`image=@${image}`)} ${url}/v1/captions`,
    '',
  ];
  if (bundled) {
    lines.push(
      'The bundled model is small and knows emoji scenes only. For photographs, give it a BLIP captioning checkpoint:',
      '  BLIPQ_MODEL=Salesforce/blip-image-captioning-large npm start     (1.9 GB from the Hugging Face Hub)',
      '  BLIPQ_MODEL=<folder with config.json, weights and tokenizer> npm start',
      '',
    );
  }
  lines.push(`Ctrl-C stops everything. Captions and queue are kept in ${stateFolder}.`, '');
  return lines.join('\n');
}

/** Where a person at this machine reaches a server that listens on `host`. */
export function reachableUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
