#!/usr/bin/env node
import { ModelError } from '@blipq/blip';
import { HubError } from '@blipq/hub';
import { loadConfig, StartupError } from '@blipq/service';
import { newWebhookSecret } from '@blipq/webhooks';
import { readArguments, usage } from './arguments.js';
import { commandSettings, workersOwnSettings } from './config.js';
import { modelReport } from './model-command.js';
import { progressBar, progressLines } from './progress-display.js';
import { reportJson, reportText } from './report.js';

const say = (text: string) => void process.stderr.write(`${text}\n`);

/** 0 when it is done, 1 when it cannot be, 2 when it was not understood. */
async function run(words: string[]): Promise<number> {
  const invocation = readArguments(words);
  if (invocation.status === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (invocation.status === 'wrong') {
    say(`blipq: ${invocation.problem}; blipq --help says how it is used`);
    return 2;
  }
  if (invocation.status === 'webhook-secret') {
    process.stdout.write(`${newWebhookSecret()}\n`);
    return 0;
  }
  const display = process.stderr.isTTY ? progressBar(process.stderr) : progressLines(say);
  const { action, reference, json } = invocation;
  try {
    const { config, warnings } = loadConfig(commandSettings, withoutWorkersOwn(process.env));
    for (const warning of warnings) display.note(`warning: ${warning}`);
    const report = await modelReport(reference, { build: action === 'prepare' }, config, display);
    display.end();
    process.stdout.write(json ? reportJson(report) : reportText(report));
    return 0;
  } catch (error) {
    display.end();
    if (!(error instanceof HubError || error instanceof ModelError || error instanceof StartupError)) throw error;
    say(`blipq: ${error.message}`);
    return 1;
  }
}

function withoutWorkersOwn(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !workersOwnSettings.includes(name)));
}

process.exitCode = await run(process.argv.slice(2));
