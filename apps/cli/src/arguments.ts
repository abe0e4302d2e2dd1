import { parseArgs } from 'node:util';
import { settingsHelp } from '@blipq/service';
import { commandSettings } from './config.js';

export type Invocation =
  | { readonly status: 'help' }
  | {
      readonly status: 'model';
      readonly action: 'prepare' | 'inspect';
      readonly reference: string;
      readonly json: boolean;
    }
  | { readonly status: 'webhook-secret' }
  | { readonly status: 'wrong'; readonly problem: string };

export const usage = `blipq: what BlipQ needs ahead of time

  blipq model prepare <model>   download it and build its graphs, so that a worker starts at once
  blipq model inspect <model>   download it and say what it is, and whether it can be served
  blipq webhooks secret         make a secret that signs webhooks

<model> is a folder, or owner/name[@revision] on the Hugging Face Hub; <base>+<adapter> for a LoRA adapter.

  --json       the report as JSON on standard output
  -h, --help   this text

Settings, all by environment variable and the same as a worker's:

${settingsHelp(commandSettings)}`;

/** What the words after `blipq` ask for. */
export function readArguments(words: string[]): Invocation {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    return { status: 'wrong', problem: (error as Error).message.split('. ', 1)[0]! };
  }
  const { values, positionals } = parsed;
  if (values.help) return { status: 'help' };
  const [topic, action, reference, ...more] = positionals;
  if (topic === undefined) return { status: 'wrong', problem: 'no command' };
  if (topic === 'webhooks' && action === 'secret' && reference === undefined) return { status: 'webhook-secret' };
  if (topic !== 'model' || (action !== 'prepare' && action !== 'inspect')) {
    return { status: 'wrong', problem: `there is no command "${[topic, action].filter(Boolean).join(' ')}"` };
  }
  if (reference === undefined) return { status: 'wrong', problem: `blipq model ${action} needs a model` };
  if (more.length > 0) return { status: 'wrong', problem: `blipq model ${action} takes one model` };
  return { status: 'model', action, reference, json: values.json };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
}
