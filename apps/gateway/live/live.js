// What operators see while the queue runs: asks for a small JSON every two seconds while the page is visible.

import { modelColumns, receiverColumns, workColumns, workerColumns } from './columns.js';
import { at, describe, element, reconcile, setText, tabulate } from './dom.js';
import { bytes, clock, counted, duration, orNone, percentiles, share } from './format.js';

const everyMs = 2000;
const states = ['queued', 'processing', 'failed', 'succeeded', 'canceled', 'expired'];

let seen;
let paused = false;
let timer;

async function refresh() {
  clearTimeout(timer);
  if (paused || document.visibilityState === 'hidden') return;
  try {
    const response = await fetch('live/data', { signal: AbortSignal.timeout(10_000), redirect: 'error' });
    if (!response.headers.get('content-type')?.startsWith('application/json')) throw new Error(await refusal(response));
    const data = await response.json();
    showFindings(data.findings);
    if (response.ok) show(data);
    setText(at('connection'), response.ok ? 'Live' : data.error);
  } catch (error) {
    setText(at('connection'), `Not up to date: ${error.message}`);
  }
  timer = setTimeout(refresh, everyMs);
}

async function refusal(response) {
  if (response.ok) return 'another page answered. Reload to sign in again.';
  return `${response.status}: ${(await response.text()).slice(0, 200)}`;
}

function show(data) {
  seen = data;
  setText(at('as-of'), `as of ${clock(data.at)}`);
  showFigures(data);
  tabulate(at('models'), modelColumns, data.models, ({ model }) => model, 'No worker has registered a model yet.');
  tabulate(at('workers'), workerColumns, data.workers.shown, ({ id }) => id, 'No worker is there.');
  showWork();
  const { failing, receivers, outbox, waiting, delayed } = data.webhooks;
  const notYet = `${counted(outbox + waiting, 'webhook waits', 'webhooks wait')} to be sent, ${delayed} to be sent again later.`;
  setText(at('webhooks-note'), `${notYet} ${counted(failing, 'receiver fails', 'receivers fail')}.`);
  tabulate(at('webhooks'), receiverColumns, receivers, ({ delivery }) => delivery.id, 'No receiver fails.');
}

function showFindings(findings) {
  setText(at('findings-count'), findings.length === 0 ? 'Nothing.' : counted(findings.length, 'finding.', 'findings.'));
  reconcile(at('findings'), findings, {
    key: ({ alert }) => alert,
    make: ({ severity, alert }) =>
      element(
        'li',
        { class: severity },
        element('strong', {}, `${severity}: `),
        element('span'),
        element('details', {}, element('summary', {}, `What to do (${alert})`), element('p')),
      ),
    update: (node, { summary, advice }) => {
      setText(node.querySelector('span'), summary);
      setText(node.querySelector('p'), advice);
    },
  });
}

function showFigures({ queue, redis, ended_per_5s, age_ms, wait_ms, total_ms, workers }) {
  describe(at('figures'), [
    ['Demand', String(queue.demand)],
    ['Waiting', String(queue.waiting)],
    ['With workers', String(queue.active)],
    ['Between attempts', String(queue.delayed)],
    ['Without a job', String(queue.jobless)],
    ['Workers ready', `${workers.ready} of ${workers.total}`],
    ['Open', `${queue.open} (${share(queue.open, queue.open_max)} of ${queue.open_max})`],
    ['Pixels', `${bytes(queue.bytes)} (${share(queue.bytes, queue.bytes_max)})`],
    ['Redis memory', redisMemory(redis)],
    ['Age of what waits (p50 · p95 · p99)', percentiles(age_ms)],
    ['Wait of the newest 100 (p50 · p95 · p99)', percentiles(wait_ms)],
    ['In all (p50 · p95 · p99)', percentiles(total_ms)],
  ]);
  const ended = ended_per_5s.reduce((sum, count) => sum + count, 0);
  setText(at('pace'), `${ended} in all, ${(ended / 60).toFixed(1)} a second; each bar is 5 s.`);
  const most = Math.max(1, ...ended_per_5s);
  reconcile(at('bars'), [...ended_per_5s.entries()], {
    key: ([i]) => i,
    make: () => element('span'),
    update: (node, [, count]) => {
      node.style.height = `${(100 * count) / most}%`;
    },
  });
}

function redisMemory({ used, max }) {
  if (used === null) return orNone(null);
  return max === 0 ? bytes(used) : `${bytes(used)} (${share(used, max)} of its maxmemory)`;
}

function showWork() {
  if (seen === undefined) return;
  const state = document.querySelector('input[name=state]:checked').value;
  for (const one of states) setText(at(`count-${one}`), String(countOf(one)));
  const text = at('filter').value.trim().toLowerCase();
  const { shown } = seen.work[state];
  const wanted = shown.filter((work) => JSON.stringify(work).toLowerCase().includes(text));
  const which = state === 'queued' || state === 'processing' ? 'The oldest first' : 'The newest first';
  setText(
    at('work-note'),
    `${which}, at most 25${text === '' ? '' : `; ${wanted.length} of ${shown.length} have this text`}.`,
  );
  tabulate(at('work'), workColumns, wanted, ({ id }) => id, 'None.');
}

/** What is open is all counted; of what has ended, that of ten minutes. */
function countOf(state) {
  if (state === 'queued') return seen.queue.waiting + seen.queue.delayed + seen.queue.jobless;
  if (state === 'processing') return seen.queue.active;
  const { recent } = seen.work[state];
  return recent >= 1000 ? '1,000 or more in 10 min' : `${recent} in 10 min`;
}

async function find(event) {
  event.preventDefault();
  const id = at('find-id').value.trim();
  const found = at('found');
  try {
    const response = await fetch(`live/records/${encodeURIComponent(id)}`, { signal: AbortSignal.timeout(10_000) });
    const answer = await response.json();
    if (answer.work === undefined) return found.replaceChildren(element('p', {}, answer.said));
    const { work } = answer;
    const list = element('dl');
    describe(list, [
      ['Id', work.id],
      ...workColumns.slice(1).map(({ label, cell }) => [label, cell(work).text]),
      ['State', work.cancel_requested ? `${work.state}, to be canceled` : work.state],
      ['Waited', duration(work.wait_ms)],
      ['Batch', orNone(work.batch_id)],
    ]);
    found.replaceChildren(list);
    if (work.error !== null) found.append(errorPage(work.error));
  } catch (error) {
    found.replaceChildren(element('p', { class: 'bad' }, `It cannot be looked up: ${error.message}`));
  }
}

function errorPage({ code, detail }) {
  const href = `live/docs/errors/${encodeURIComponent(code)}`;
  return element(
    'p',
    {},
    `${detail} `,
    element('a', { href, target: '_blank', rel: 'noopener' }, `What ${code} means`),
  );
}

for (const [i, state] of states.entries()) {
  const input = element('input', { type: 'radio', name: 'state', value: state, ...(i === 0 && { checked: '' }) });
  const count = element('span', { id: `count-${state}` });
  at('states').append(element('label', {}, input, ` ${state} (`, count, ')'));
}
at('states').addEventListener('change', showWork);
at('filter').addEventListener('input', showWork);
at('find').addEventListener('submit', find);
at('pause').addEventListener('click', () => {
  paused = !paused;
  at('pause').setAttribute('aria-pressed', String(paused));
  if (paused) setText(at('connection'), 'Paused');
  void refresh();
});
document.addEventListener('visibilitychange', refresh);
void refresh();
