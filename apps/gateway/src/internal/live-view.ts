import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import type { LiveLook } from '@blipq/queue';
import express, { type Express, type Request, type Response } from 'express';
import { docsRoutes } from '../answer/docs-routes.js';
import { pagePolicy } from '../answer/page-policy.js';
import { securityHeaders } from '../answer/security-headers.js';
import type { AdminPage } from './admin-pages.js';
import { answerWith } from './answer-with.js';
import { liveFindings, redisAway } from './live-findings.js';
import { type LiveSources, type LiveState, readLiveState } from './live-state.js';
import { readRunbook } from './runbook.js';

const folder = new URL('../../live/', import.meta.url);
const files = ['live.js', 'dom.js', 'format.js', 'columns.js', 'live.css'];

/** However many pages are open, Redis is looked at so often. */
const everyMs = 1000;
const id = /^(cap|ans|mat)_[0-9A-HJKMNP-TV-Z]{26}$/;

interface LiveViewOptions extends LiveSources {
  look: LiveLook;
}

/** What operators see while the queue runs, as a page that asks for a small JSON every two seconds. */
export class LiveView implements AdminPage {
  readonly path = '/admin/live';
  readonly #options: LiveViewOptions;
  readonly #app: Express;
  readonly #runbook = readRunbook();
  #taken: { atMs: number; state: Promise<LiveState> } | undefined;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    const html = readFileSync(new URL('index.html', folder));
    this.#app = express().disable('x-powered-by').enable('strict routing');
    this.#app.use(securityHeaders);
    this.#app.get(this.path, (_req: Request, res: Response) => {
      // Heights of bars are set by script, which needs no permission.
      res.setHeader('Content-Security-Policy', pagePolicy('data:'));
      res.type('html').send(html);
    });
    for (const name of files) {
      const file = readFileSync(new URL(name, folder));
      this.#app.get(`${this.path}/static/${name}`, (_req: Request, res: Response) => {
        res.type(extname(name)).send(file);
      });
    }
    this.#app.get(`${this.path}/data`, (_req: Request, res: Response) => this.#answerData(res));
    this.#app.get(`${this.path}/records/:id`, (req: Request, res: Response) => this.#answerWork(req, res));
    this.#app.use(docsRoutes(`${this.path}/docs`));
  }

  async start(): Promise<void> {
    await this.#options.look.start();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await answerWith(this.#app, request, response);
  }

  stop(): void {
    this.#options.look.stop();
  }

  async #answerData(res: Response): Promise<void> {
    try {
      const state = await this.#state();
      res.json({ ...state, findings: liveFindings(state, this.#runbook) });
    } catch (error) {
      const { message } = error as Error;
      res.status(503).json({ error: message, findings: [redisAway(message, this.#runbook)] });
    }
  }

  /** The state of now, or of less than a second ago. */
  async #state(): Promise<LiveState> {
    const nowMs = performance.now();
    if (this.#taken === undefined || nowMs - this.#taken.atMs >= everyMs) {
      this.#taken = { atMs: nowMs, state: readLiveState(this.#options) };
    }
    return await this.#taken.state;
  }

  async #answerWork(req: Request, res: Response): Promise<void> {
    const wanted = String(req.params.id);
    if (!id.test(wanted)) {
      res.status(400).json({ said: 'This is not the id of a caption (cap_…), an answer (ans_…) or a match (mat_…).' });
      return;
    }
    try {
      const found = await this.#options.look.find(wanted);
      if (found?.status === 'found') res.json({ work: found.work });
      else if (found === null) res.status(404).json({ said: 'There is no such work. It never was, or was deleted.' });
      else res.status(410).json({ said: `It has ended, and its record has expired. Its tenant was ${found.tenant}.` });
    } catch (error) {
      res.status(503).json({ said: (error as Error).message });
    }
  }
}
