import { cpus, loadavg } from 'node:os';
import { endsOf } from './caption-rules.js';
import { outageRefusals } from './checker.js';
import { faultKind, faultNames } from './fault-kinds.js';
import type { BatchHistory, CaptionHistory, History } from './history.js';
import { terminalStates } from './ledger.js';
import type { SceneKind } from './scene.js';
import { isLostWithAcknowledgement, withoutUndone } from './undone.js';
import type { Rule, Violation } from './violation.js';

export interface Verdict {
  seed: number;
  profile: string;
  history: History;
  violations: Violation[];
  tookS: number;
}

/** The whole outcome as Markdown. */
export function report({ seed, profile, history: seen, violations, tookS }: Verdict): string {
  const history = withoutUndone(seen);
  const { captions, batches, faults, failedTries } = history;
  const count = (rule: Rule) => violations.filter((violation) => violation.rule === rule).length;
  const webhooks = [...captions, ...batches].filter(({ webhook }) => webhook);
  const ofKind = (kind: SceneKind) => captions.filter((caption) => caption.kind === kind).length;
  const refused = batches.flatMap(({ refusals }) => refusals).length;
  const byUrl = captions.filter(({ source }) => source !== undefined).length;
  const undone = [...captions, ...batches].filter(isLostWithAcknowledgement).length;
  const ends = (state: string) => captions.filter((caption) => endsOf(caption).includes(state)).length;
  return [
    `Profile ${profile}, seed ${seed}, ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, ${Math.round(tookS)} s, load average ${loadavg()[2]!.toFixed(1)} in the last 15 minutes.`,
    '',
    `**${captions.length} captions, answers and matches acknowledged, ${faults.length} faults: ${count('lost')} lost, ${count('duplicated')} in two terminal states, ${count('stuck')} stuck, ${violations.length} broken promises in all.**`,
    `${ofKind('caption')} captions, ${ofKind('matched caption')} captions with a match, ${ofKind('answer')} answers, ${ofKind('match')} matches; ${batches.flatMap(({ accepted }) => accepted).length} of them in ${batches.length} batches, of which ${refused} items were refused; ${byUrl} had their images fetched from a URL.`,
    `${ends('succeeded')} succeeded, ${ends('canceled')} canceled, ${ends('expired')} expired, ${ends('failed')} failed. ${webhooks.length} webhooks asked for, ${webhooks.reduce((sum, { messages }) => sum + messages.length, 0)} messages received. ${failedTries.length} tries failed and were repeated; the slowest 503 for want of Redis took ${slowest(history)} ms. ${Object.keys(history.identities).length} keys and ids of the callers'. ${undone} went with the end of the append-only file that was cut off.`,
    '',
    faultTable(history, violations),
    '',
  ].join('\n');
}

/** One row for each kind of fault; captions, answers and matches are counted where they were submitted. */
function faultTable({ captions, batches, faults }: History, violations: Violation[]): string {
  const head = ['fault', 'count', 'asked', 'lost', 'duplicated', 'stuck', 'failed', 'p50 s', 'p100 s', 'at most s'];
  const kindOf = new Map(faults.map(({ round, kind }) => [round, kind]));
  const roundOf = new Map([...captions, ...batches].map(({ id, round }) => [id, round]));
  const rows = faultNames.flatMap((name) => {
    const these = faults.filter(({ kind }) => kind === name);
    if (these.length === 0) return [];
    const own = captions.filter(({ round }) => kindOf.get(round) === name);
    const broken = (rule: Rule) =>
      violations.filter(({ rule: one, id }) => one === rule && kindOf.get(roundOf.get(id ?? '') ?? -1) === name).length;
    const times = these.map(({ recoveryMs }) => recoveryMs ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
    const { limitMs } = faultKind(name);
    return [
      [
        ...[name, these.length, own.length, broken('lost'), broken('duplicated'), broken('stuck'), failed(own)],
        ...[seconds(times[Math.floor((times.length - 1) / 2)]!), seconds(times.at(-1)!)],
        limitMs === undefined ? '' : seconds(limitMs),
      ],
    ];
  });
  return table(head, rows);
}

const slowest = (history: History) => Math.max(0, ...outageRefusals(history).map(({ tookMs }) => tookMs));
const failed = (captions: CaptionHistory[]) => captions.filter((caption) => endsOf(caption).includes('failed')).length;
const seconds = (ms: number) => (ms === Number.POSITIVE_INFINITY ? 'never' : (ms / 1000).toFixed(1));

function table(head: string[], rows: (string | number)[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, 3, ...rows.map((row) => `${row[column]}`.length)));
  const pad = (cell: string | number, column: number) =>
    column === 0 ? `${cell}`.padEnd(widths[0]!) : `${cell}`.padStart(widths[column]!);
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head.map(pad)), line(rule), ...rows.map((row) => line(row.map(pad)))].join('\n');
}

/** What is needed to understand broken promises: each with all that is known of what it is about. */
export function complaint({ seed, history, violations }: Verdict, shown = 10): string {
  const lines = violations.slice(0, shown).flatMap(({ rule, id, detail }) => {
    const about = [...history.captions, ...history.batches].find((one) => one.id === id);
    const around = about === undefined ? [] : [JSON.stringify(about), ...faultsAround(about, history)];
    return [`${rule}: ${id ?? ''} ${detail}`, ...around.map((line) => `    ${line}`)];
  });
  const more = violations.length > shown ? [`… and ${violations.length - shown} more`] : [];
  return [`${violations.length} broken promises; seed ${seed}`, ...lines, ...more].join('\n');
}

function faultsAround({ sentAt, sightings }: CaptionHistory | BatchHistory, { faults }: History): string[] {
  const ended = sightings.find(({ state }) => [...terminalStates, 'completed'].includes(state));
  const last = (ended ?? sightings.at(-1))?.at ?? sentAt;
  return faults
    .filter(({ beganAt, endedAt }) => beganAt <= last && endedAt >= sentAt)
    .map((fault) => JSON.stringify(fault));
}
