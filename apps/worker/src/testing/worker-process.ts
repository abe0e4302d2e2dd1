import { AppProcess, freePort } from '@blipq/test-servers';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
    /** Where the workers of a test run keep built graphs; see test/model-cache.ts. */
    modelCache: string;
  }
}

/** The worker as it is deployed, with its health server on a free port. */
export class WorkerProcess extends AppProcess {
  readonly #health: string;

  private constructor(env: Record<string, string>, port: number, under: readonly string[]) {
    super('worker', { BLIPQ_HEALTH_PORT: String(port), ...env }, { under });
    this.#health = `http://127.0.0.1:${port}`;
  }

  /** @param under a program that becomes the worker, with its arguments */
  static async spawn(env: Record<string, string>, under: readonly string[] = []): Promise<WorkerProcess> {
    return new WorkerProcess(env, await freePort(), under);
  }

  /** GET on the health server. */
  async health(path: '/livez' | '/readyz' | '/metrics'): Promise<{ status: number; body: string }> {
    const response = await fetch(this.#health + path, { signal: AbortSignal.timeout(60_000) });
    return { status: response.status, body: await response.text() };
  }
}
