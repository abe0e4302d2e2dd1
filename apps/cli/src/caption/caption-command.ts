import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Existing } from '../outputs/existing.js';
import { RunError } from '../run-error.js';
import { apiKeyOption, type ServerEnvironment, type ServerValues, serverOf, serverOption } from '../server-options.js';
import type { CaptionPlan } from './caption-plan.js';
import { parameterOptions, parametersIn, parametersTrouble } from './parameter-options.js';

/** What the environment says about captions. */
export interface CaptionEnvironment extends ServerEnvironment {
  XDG_STATE_HOME?: string | undefined;
}

/** The options as commander reads them, beside the parameters. */
interface CaptionValues
  extends ServerValues,
    Partial<Record<'model' | 'prompt' | 'out' | 'failed' | 'column', string>> {
  local?: boolean;
  question?: string[];
  match?: string[];
  confidence?: boolean;
  sidecar?: string;
  embed?: 'iptc' | 'xmp';
  existing?: Existing;
  prefix: string;
  suffix: string;
  json?: boolean;
  resume?: boolean;
  concurrency: number | 'auto';
  maxEdge?: number;
  retryFor?: number;
}

const repeated = (text: string, before: string[] = []) => [...before, text];

/** `blipq caption`. */
export function captionCommand(env: CaptionEnvironment, run: (plan: CaptionPlan) => Promise<void>): Command {
  const command = new Command('caption')
    .summary('caption files, folders, patterns, URLs and lists')
    .description('Captions images by a BlipQ server, or with --local by an engine of its own.')
    .argument(
      '<inputs...>',
      'files, folders, patterns, URLs, lists (.txt, .jsonl, .csv, .tsv, .parquet), or - for standard input',
    )
    .optionsGroup('Who captions:')
    .option(...serverOption)
    .option(...apiKeyOption)
    .option('--local', 'no server: an engine on this machine, settings as a worker has them')
    .option('--model <name>', 'a model of the server; with --local a folder or owner/name on the Hugging Face Hub')
    .optionsGroup('What is asked:')
    .option('--prompt <text>', 'text that each caption begins with and continues')
    .option('--question <text>', 'answer this instead of captioning; may be repeated', repeated)
    .option('--match <text>', 'compare this with each image instead of captioning; may be repeated', repeated)
    .option('--confidence', 'with each caption, how well it fits the image');
  for (const option of parameterOptions()) command.addOption(option);
  command
    .optionsGroup('Where results go:')
    .option('--out <file>', 'a .jsonl or .csv file with one record for each image')
    .addOption(new Option('--sidecar <extension>', 'a text file beside each image').choices(['txt', 'caption']))
    .addOption(new Option('--embed <metadata>', "into each file's own metadata").choices(['iptc', 'xmp']))
    .addOption(
      new Option(
        '--existing <what>',
        'what to do with captions that are there (default: skip; --out must be new)',
      ).choices(['skip', 'overwrite', 'append']),
    )
    .option('--prefix <text>', 'text before each caption', '')
    .option('--suffix <text>', 'text behind each caption', '')
    .option('--failed <file>', 'a .jsonl file with what could not be captioned, and why')
    .option('--json', 'each result and failure as a line of JSON on standard output')
    .optionsGroup('How:')
    .option('--resume', 'go on with a run that was interrupted')
    .option('--concurrency <n>', 'images on their way at once, or auto', concurrencyOf, 'auto')
    .option('--max-edge <pixels>', 'make larger images smaller before they are sent', wholeNumber)
    .option('--column <name>', 'the column of a list that holds images')
    .option(
      '--retry-for <seconds>',
      'how long to wait for a server that is away; else 3 s at the start, 300 s later',
      wholeNumber,
    );
  return command.action(async (inputs: string[], values: CaptionValues) => {
    await run(planOf(inputs, values, env));
  });
}

/** @throws RunError with exit code 2 for options that do not go together */
function planOf(inputs: string[], values: CaptionValues, env: CaptionEnvironment): CaptionPlan {
  const { question, match, prompt, confidence, model, out, sidecar, embed, failed, existing, resume = false } = values;
  const parameters = parametersIn({ ...values });
  const trouble = parametersTrouble(parameters) ?? contradiction(values, parameters.params);
  if (trouble !== undefined) throw new RunError(trouble, 2);
  for (const path of [out, failed]) {
    if (path && existsSync(path) && !resume && !existing) {
      const choice = '--resume goes on with it, --existing overwrite replaces it, --existing append adds to it';
      throw new RunError(`${path} exists: ${choice}, or name another file`, 2);
    }
  }
  const texts: string[] = match ?? [];
  const questions: string[] = question ?? [];
  const kind = questions.length > 0 ? 'answers' : texts.length > 0 ? 'matches' : 'captions';
  const asks = {
    captions: { ...(prompt !== undefined && { prompt }), ...(confidence && { match: true }), ...parameters },
    answers: { questions, ...parameters },
    matches: { ...parameters, texts, params: undefined },
  };
  return {
    inputs,
    asked: { kind, request: { ...asks[kind], ...(model !== undefined && { model }) } },
    columns: { questions, texts, match: Boolean(confidence) },
    local: Boolean(values.local),
    ...(values.local ? { server: '', apiKey: undefined } : serverOf(values, env)),
    out,
    sidecar,
    embed,
    existing: existing ?? 'skip',
    goOn: resume || (existing !== undefined && existing !== 'overwrite'),
    resume: Boolean(resume),
    prefix: values.prefix,
    suffix: values.suffix,
    failed,
    json: Boolean(values.json),
    concurrency: values.concurrency,
    maxEdge: values.maxEdge,
    column: values.column,
    // Whoever has not started a server yet wants to hear of it soon.
    firstRetryForMs: 1000 * (values.retryFor ?? 3),
    retryForMs: 1000 * (values.retryFor ?? 300),
    stateFolder: join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'blipq'),
  };
}

function contradiction(values: CaptionValues, params: object): string | undefined {
  const { question, match, prompt, confidence, local, server, sidecar, out, embed } = values;
  if (question && match) return '--question and --match ask for different things; give one of them';
  if ((question || match) && (prompt !== undefined || confidence)) return '--prompt and --confidence are for captions';
  if (match && Object.keys(params).length > 0) return 'texts are compared without parameters';
  if (match && (sidecar || embed)) return '--match has no caption to write into sidecars or metadata; use --out';
  if (local && server !== undefined) return '--local needs no server; give one of --local and --server';
  if (out !== undefined && !['.jsonl', '.csv'].includes(extname(out))) return '--out takes a .jsonl or a .csv file';
  return undefined;
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number of at least 1.');
}

function concurrencyOf(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : wholeNumber(text);
}
