#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import type { Terminal } from './caption/run-caption.js';
import { loadLocalPart, localPartIfThere } from './load-local-part.js';
import { type Commands, program, wrongCall } from './program.js';
import { fileTrouble, RunError } from './run-error.js';

const say = (text: string) => void process.stderr.write(`${text}\n`);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const terminal: Terminal = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
const interrupted = new AbortController();
/** What is loaded for one command only stays out of the others' way. */
const localPart = () => loadLocalPart({ version, env: process.env, say });

const commands: Commands = {
  async caption(plan) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort(stopped(signal)));
    const { runCaption } = await import('./caption/run-caption.js');
    const openLocal = async () => (await localPart()).openLocal(process.env, plan, terminal);
    const failed = await runCaption(plan, terminal, interrupted.signal, openLocal);
    if (failed > 0) process.exitCode = 1;
  },
  async model(call) {
    await (await localPart()).runModel(call, process.env, terminal);
  },
  async prune(options) {
    await (await localPart()).runPrune(options, process.env, terminal);
  },
  async serve(options) {
    process.exitCode = await (await localPart()).serve(options, process.env);
  },
  async webhookTest(call) {
    const { webhookTest } = await import('./webhook-test.js');
    const { text, delivered } = await webhookTest(call);
    process.stdout.write(text);
    if (!delivered) process.exitCode = 1;
  },
  // As @blipq/webhooks makes it, which the published package does not bring.
  webhookSecret() {
    process.stdout.write(`whsec_${randomBytes(32).toString('base64')}\n`);
  },
};

function stopped(signal: 'SIGINT' | 'SIGTERM'): RunError {
  process.exitCode = signal === 'SIGINT' ? 130 : 143;
  return new RunError('stopped; run this again with --resume to go on');
}

let reported: RunError | undefined;

/** Says why this ends, once. */
function report(error: RunError): void {
  if (reported !== undefined) return;
  reported = error;
  say(`blipq: ${error.message}`);
  process.exitCode ??= error.exitCode;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as head, is no error.
  if (error.code === 'EPIPE') return interrupted.abort(new RunError('nobody reads the output any more'));
  const trouble = new RunError(`standard output cannot be written: ${fileTrouble(error)}`, 1, { cause: error });
  report(trouble);
  interrupted.abort(trouble);
});
// Nobody reads what would be said; results may still have their place.
process.stderr.on('error', () => {});

try {
  const settings = process.argv[2] === 'model' ? (await localPartIfThere())?.modelSettings : undefined;
  await program(version, process.env, commands, settings).parseAsync();
} catch (error) {
  const known = error instanceof CommanderError ? wrongCall(error) : error;
  if (known !== undefined) {
    if (!(known instanceof RunError)) throw known;
    report(known);
  }
}
