import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ModelError } from '@blipq/blip';
import { HubError, referenceList } from '@blipq/hub';
import { loadConfig, StartupError, settingsHelp } from '@blipq/service';
import type { CaptionPlan } from './caption/caption-plan.js';
import type { Captioner } from './caption/captioner.js';
import { type CommandConfig, commandSettings, workersOwnSettings } from './config.js';
import { modelReport } from './model-command.js';
import type { ModelCall, ServeOptions } from './program.js';
import { type ProgressDisplay, progressBar, progressLines } from './progress-display.js';
import { type PruneCommand, pruneReport } from './prune-command.js';
import { reportJson, reportText } from './report.js';
import { RunError } from './run-error.js';

type Environment = Record<string, string | undefined>;
interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

const root = new URL('../../../', import.meta.url);
const bundledModel = fileURLToPath(new URL('models/demo', root));
const standalone = fileURLToPath(new URL('apps/standalone/dist/main.js', root));

/** The settings of everything here, for people. */
export const modelSettings = `\nSettings, all by environment variable and the same as a worker's:\n\n${settingsHelp(commandSettings)}`;

/** An engine of this process tree. @throws RunError */
export async function openLocal(env: Environment, plan: CaptionPlan, { stderr }: Streams): Promise<Captioner> {
  const reference =
    (plan.asked.request.model as string | undefined) ?? referenceList(env.BLIPQ_MODEL ?? '')[0] ?? bundledModel;
  // It brings the decoders of images, which nothing else here needs.
  const { LocalCaptioner } = await import('./local-captioner.js');
  return await displayed(env, stderr, (config, display) => LocalCaptioner.open(plan, reference, config, display));
}

/** `blipq model prepare` and `blipq model inspect`. @throws RunError */
export async function runModel(call: ModelCall, env: Environment, { stdout, stderr }: Streams): Promise<void> {
  const { action, reference, json } = call;
  const report = await displayed(env, stderr, (config, display) =>
    modelReport(reference, { build: action === 'prepare' }, config, display),
  );
  stdout.write(json ? reportJson(report) : reportText(report));
}

/** `blipq model prune`. @throws RunError */
export async function runPrune(command: PruneCommand, env: Environment, { stdout, stderr }: Streams): Promise<void> {
  stdout.write(await displayed(env, stderr, (config) => pruneReport(config.BLIPQ_CACHE, command)));
}

/** `blipq serve`: what npm start runs. Resolves with its exit code. */
export async function serve({ model, port }: ServeOptions, env: Environment): Promise<number> {
  const { BLIPQ_URL: _, BLIPQ_API_KEY: __, ...own } = env;
  const settings = {
    ...own,
    ...(model !== undefined && { BLIPQ_MODEL: model }),
    ...(port !== undefined && { PORT: port }),
  };
  const child = spawn(process.execPath, [standalone], { env: settings, stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; a signal that stops this process is passed on to it.
  const stop = () => void child.kill('SIGTERM');
  process.on('SIGTERM', stop).on('SIGINT', () => {});
  const [code, signal] = await once(child, 'exit');
  process.off('SIGTERM', stop);
  return signal === null ? code : 1;
}

async function displayed<T>(
  env: Environment,
  stderr: NodeJS.WriteStream,
  work: (config: CommandConfig, display: ProgressDisplay) => Promise<T>,
): Promise<T> {
  const say = (text: string) => void stderr.write(`${text}\n`);
  const display = stderr.isTTY ? progressBar(stderr) : progressLines(say);
  try {
    const { config, warnings } = loadConfig(commandSettings, withoutWorkersOwn(env));
    for (const warning of warnings) display.note(`warning: ${warning}`);
    return await work(config, display);
  } catch (error) {
    if (!(error instanceof HubError || error instanceof ModelError || error instanceof StartupError)) throw error;
    throw new RunError(error.message, 1, { cause: error });
  } finally {
    display.end();
  }
}

function withoutWorkersOwn(env: Environment): Environment {
  const others = [...workersOwnSettings, 'BLIPQ_URL', 'BLIPQ_API_KEY', 'BLIPQ_NO_INSTALL', 'BLIPQ_LOCAL_PART'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !others.includes(name)));
}
