import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longer than their size lets vitest expect, the slowest first. Those that start last would otherwise
 * keep one process busy when the others have nothing left to do.
 */
const slowFiles = [
  'test/deploy/image-trees.test.ts',
  'test/chaos/src/chaos.test.ts',
  'test/standalone-failures.test.ts',
  'packages/queue/src/redis/failover.test.ts',
  'test/standalone.test.ts',
  'apps/gateway/src/openapi/swagger-execute.test.ts',
  'packages/queue/src/redis/tls.test.ts',
  'test/webhook-faults.test.ts',
  'test/rolling-restart.test.ts',
  'packages/blip/src/prepare-model.test.ts',
  'packages/queue/src/deliveries/deliveries.test.ts',
  'apps/cli/src/main.test.ts',
  'apps/worker/src/bad-start.test.ts',
  'apps/worker/src/worker.test.ts',
  'test/standalone-crashes.test.ts',
  'test/standalone-webhooks.test.ts',
  'test/worker-loss.test.ts',
  'packages/queue/src/attempts/work-consumer.test.ts',
  'test/gateway-loss.test.ts',
  'test/http-fuzz.test.ts',
  'test/memory-bounds.test.ts',
  'packages/pixels/src/fuzz.test.ts',
  'apps/gateway/src/bentoml/swagger-ui-routes.test.ts',
  'packages/engine/src/out-of-memory.test.ts',
];

/** Runs the slow files first, then the others, the largest first. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const found = slowFiles.findIndex((file) => moduleId.endsWith(`/${file}`));
      return found < 0 ? slowFiles.length : found;
    };
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
