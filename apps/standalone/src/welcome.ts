export interface WelcomeOptions {
  url: string;
  /** The models that are served, and those whose worker could not start. */
  served: readonly string[];
  failed: readonly string[];
  /** Whether only models that come with BlipQ are in use. */
  bundled: boolean;
  /** An image of the kind that the bundled models know. */
  image: string;
  stateFolder: string;
}

/** What a person reads when everything is up: where it is, lines to paste, what the models know. */
export function welcome({ url: reached, served, failed, bundled, image, stateFolder }: WelcomeOptions): string {
  const url = reached.replace('//127.0.0.1:', '//localhost:');
  const lines = [
    `BlipQ is ready at ${url}/playground, or in another terminal:`,
    '',
    `  curl -F ${quoted(`img=@${image}`)} ${url}/generate`,
    `  curl -F ${quoted(`image=@${image}`)} ${url}/v1/captions`,
    '',
  ];
  if (served.length + failed.length > 1) lines.push(`It serves ${served.join(', ')}.`);
  if (failed.length > 0) lines.push(`It does not serve ${failed.join(', ')}; the reason is above.`);
  if (bundled) {
    lines.push(
      'The bundled models are small and know emoji scenes only. For photographs, name BLIP checkpoints, with commas between:',
      '  BLIPQ_MODEL=Salesforce/blip-image-captioning-large npm start   # 1.9 GB from the Hugging Face Hub',
      '  BLIPQ_MODEL=/path/to/your/checkpoint npm start                 # config.json, weights and tokenizer',
      '',
    );
  }
  lines.push(`The documents are at ${url}/docs/.`);
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
