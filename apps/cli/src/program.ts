import { Command, type CommanderError, InvalidArgumentError } from 'commander';
import { type CaptionEnvironment, captionCommand } from './caption/caption-command.js';
import type { CaptionPlan } from './caption/caption-plan.js';
import type { PruneCommand } from './prune-command.js';
import { RunError } from './run-error.js';
import { apiKeyOption, type ServerValues, serverOf, serverOption } from './server-options.js';
import type { WebhookTestCall } from './webhook-test.js';

export interface ModelCall {
  action: 'prepare' | 'inspect';
  reference: string;
  json: boolean;
}

/** What each command does. */
export interface Commands {
  caption(plan: CaptionPlan): Promise<void>;
  model(call: ModelCall): Promise<void>;
  prune(options: PruneCommand): Promise<void>;
  serve(options: ServeOptions): Promise<void>;
  webhookSecret(): void;
  webhookTest(call: WebhookTestCall): Promise<void>;
}

export interface ServeOptions {
  model?: string;
  port?: string;
}

/** The `blipq` command. */
export function program(version: string, env: CaptionEnvironment, commands: Commands, modelSettings = ''): Command {
  const blipq = new Command('blipq')
    .description('Captions images with BLIP: by a server, or on this machine.')
    .version(version)
    .enablePositionalOptions();
  blipq.addCommand(captionCommand(env, commands.caption));
  blipq
    .command('serve')
    .description('run gateway, worker, notifier and a private Redis on this machine, as npm start does')
    .option('--model <model>', 'a folder, or owner/name on the Hugging Face Hub; else BLIPQ_MODEL, else a small one')
    .option('--port <port>', 'where the API listens; else PORT, else 3000', portOf)
    .action(commands.serve);
  const model = blipq.command('model').description('models ahead of time').addHelpText('after', modelSettings);
  for (const [action, description] of [
    ['prepare', 'download a model and build its graphs, so that a worker starts at once'],
    ['inspect', 'download a model and say what it is, and whether it can be served'],
  ] as const) {
    model
      .command(action)
      .description(description)
      .argument(
        '<model>',
        'a folder, or owner/name[@revision] on the Hugging Face Hub; <base>+<adapter> for a LoRA adapter',
      )
      .option('--json', 'the report as JSON on standard output', false)
      .addHelpText('after', modelSettings)
      .action((reference: string, { json }: { json: boolean }) => commands.model({ action, reference, json }));
  }
  model
    .command('prune')
    .description('remove graphs from the cache that nobody has used for a while')
    .option('--days <number>', 'days without use; 0 removes all graphs, so stop the workers first', wholeDays, 30)
    .option('--dry-run', 'only say what would be removed', false)
    .option('--json', 'the report as JSON on standard output', false)
    .addHelpText('after', modelSettings)
    .action(({ days, ...others }: { days: number; dryRun: boolean; json: boolean }) =>
      commands.prune({ unusedDays: days, ...others }),
    );
  const webhooks = blipq.command('webhooks').alias('webhook').description('webhooks');
  webhooks.command('secret').description('make a secret that signs webhooks').action(commands.webhookSecret);
  webhooks
    .command('test')
    .description('have a server send a signed ping to a URL, and see what its receiver does')
    .argument('<url>', 'where webhooks are to be sent')
    .option(...serverOption)
    .option(...apiKeyOption)
    .option('--json', 'the outcome as JSON on standard output', false)
    .action((url: string, options: ServerValues & { json: boolean }) =>
      commands.webhookTest({ url, json: options.json, ...serverOf(options, env) }),
    );
  quiet(blipq);
  return blipq;
}

function portOf(text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return text;
  throw new InvalidArgumentError('It takes a whole number from 1 to 65535.');
}

function wholeDays(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}

/** Errors are thrown instead of written, so that one place reports them. */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  for (const one of command.commands) quiet(one);
}

/** What commander says of a wrong call, as the error of a run; undefined for help and version, which were written. */
export function wrongCall({ code, message }: CommanderError): RunError | undefined {
  if (['commander.helpDisplayed', 'commander.version'].includes(code)) return undefined;
  const text = code === 'commander.help' ? 'no command' : message.replace(/^error: /, '').split('\n', 1)[0]!;
  return new RunError(`${text}; blipq --help says how it is used`, 2);
}
