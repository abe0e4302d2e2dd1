import { extname } from 'node:path';
import { canBeReadTwice, expandInputs } from '../inputs/expand-inputs.js';
import { Embedding } from '../outputs/embed.js';
import { csvHeaderOf } from '../outputs/outcome.js';
import { RecordFile, type RecordFormat } from '../outputs/record-file.js';
import { Sidecars } from '../outputs/sidecar.js';
import type { CaptionPlan } from './caption-plan.js';
import { CaptionRun, shown } from './caption-run.js';
import type { Captioner } from './captioner.js';
import { barProgress, inTime, lineProgress, type RunProgress, Tally } from './progress.js';
import { forgetState, keepState, loadState, type StateFiles, stateFiles } from './run-state.js';
import { ServerCaptioner } from './server-captioner.js';

export interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** Makes an engine of this process tree. */
export type OpenLocal = () => Promise<Captioner>;

/**
 * Carries out `blipq caption`.
 *
 * @returns how many images failed
 * @throws RunError; the signal's reason
 */
export async function runCaption(
  plan: CaptionPlan,
  terminal: Terminal,
  signal: AbortSignal,
  local: OpenLocal,
): Promise<number> {
  const { stdout, stderr } = terminal;
  const say = (line: string) => void stderr.write(`${line}\n`);
  const captioner = plan.local ? await local() : await ServerCaptioner.connect(plan, signal);
  const open: { close(): Promise<void> }[] = [captioner];
  if (captioner.model.note) say(`${captioner.model.model}: ${captioner.model.note} Name another with --model.`);
  const tally = new Tally();
  let progress: RunProgress | undefined;
  try {
    const outputs = await openOutputs(plan, captioner, say, open);
    progress = stderr.isTTY && !plan.json ? barProgress(stderr, tally) : lineProgress(say, tally);
    const { files, ...parts } = outputs;
    captioner.begin?.({ run: parts.state.run, resume: plan.resume, batches: files?.batches });
    const show = showing(plan, stdout, progress);
    const run = new CaptionRun({ ...plan, ...parts, captioner, progress, tally, show });
    const items = (signal: AbortSignal) =>
      expandInputs(plan.inputs, { column: plan.column, stdin: terminal.stdin, signal });
    if (await canBeReadTwice(plan.inputs)) void countInto(tally, items(signal)).then(progress.step);
    await run.over(items, signal);
    if (tally.failed === 0 && files) forgetState(files);
    return tally.failed;
  } finally {
    progress?.end();
    if (progress) say(summary(plan, tally));
    for (const one of open) await one.close();
  }
}

async function openOutputs(
  plan: CaptionPlan,
  captioner: Captioner,
  say: (line: string) => void,
  open: { close(): Promise<void> }[],
) {
  const { out, failed, sidecar, embed, existing, goOn, resume, asked } = plan;
  const opened = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const one = await opening;
    open.push(one);
    return one;
  };
  const embedding = embed && (await opened(Embedding.open(embed, existing)));
  const sidecars = sidecar === undefined ? undefined : new Sidecars(sidecar, existing);
  const files = stateFilesOf(plan, say);
  const format: RecordFormat = out === undefined ? 'journal' : extname(out) === '.csv' ? 'csv' : 'jsonl';
  const path = out ?? files?.journal;
  const start = (out === undefined ? resume : goOn) ? 'goOn' : 'new';
  const records =
    path === undefined ? undefined : await opened(RecordFile.open(path, format, start, csvHeaderOf(plan.columns)));
  const failures =
    failed === undefined
      ? undefined
      : await opened(RecordFile.open(failed, 'jsonl', existing === 'append' && !resume ? 'goOn' : 'new', []));
  const state = loadState(files?.state ?? '', resume, captioner.model);
  if (files) keepState(files.state, state);
  const doneBefore = resume || existing === 'skip' ? new Set(records?.names) : new Set<string>();
  if (resume && doneBefore.size > 0) say(`${doneBefore.size} are done; going on with the rest`);
  return { embedding, sidecars, records, format, failures, state, doneBefore, files, asked: [asked, plan.maxEdge] };
}

/** Undefined where nothing can be kept, which matters to a resumption only. */
function stateFilesOf(plan: CaptionPlan, say: (line: string) => void): StateFiles | undefined {
  const { inputs, asked, out, sidecar, embed, stateFolder } = plan;
  try {
    return stateFiles(out, [process.cwd(), inputs, asked, sidecar, embed], stateFolder);
  } catch (error) {
    say(`warning: this run cannot be resumed: ${(error as Error).message}`);
    return undefined;
  }
}

/** Results on standard output: JSON where that is asked for, else lines where they go nowhere else. */
function showing({ json, out, sidecar, embed }: CaptionPlan, stdout: NodeJS.WriteStream, progress: RunProgress) {
  const line = (text: string) => void stdout.write(`${text}\n`);
  if (json) return (_name: string, _text: string, record: object) => line(JSON.stringify(record));
  if (out || sidecar || embed) return () => {};
  const print = stdout.isTTY ? progress.note : line;
  return (name: string, text: string, record: object) => {
    if (!('error' in record)) print(`${shown(name)}: ${'matches' in record ? fits(record as never) : text}`);
  };
}

function fits({ matches }: { matches: { text: string; probability: number }[] }): string {
  return matches.map(({ text, probability }) => `${text} ${probability.toFixed(2)}`).join(', ');
}

/** Counts the inputs for the display alone; the run itself reports what is wrong with them. */
async function countInto(tally: Tally, items: AsyncIterable<unknown>): Promise<void> {
  let total = 0;
  try {
    for await (const _ of items) total++;
    tally.total = total;
  } catch {}
}

function summary({ failed: file }: CaptionPlan, { done, failed, skipped, elapsedS, donePerS }: Tally): string {
  const parts = [
    `${done} captioned in ${inTime(elapsedS)} (${donePerS.toFixed(1)} a second)`,
    ...(skipped > 0 ? [`${skipped} left as they were`] : []),
    ...(failed > 0 ? [`${failed} failed${file === undefined ? '; --failed <file> keeps why' : `, see ${file}`}`] : []),
  ];
  return parts.join(', ');
}
