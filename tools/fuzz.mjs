// npm run fuzz -- --minutes N [--seed S]: sends random HTTP to a gateway for so long; see test/http-fuzz.test.ts.
import { parseArgs } from 'node:util';
import { bootstrap, run } from './bootstrap.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } } });
await bootstrap();
process.env.BLIPQ_FUZZ_S = String(60 * Number(values.minutes));
process.env.BLIPQ_FUZZ_SEED = values.seed ?? String(Date.now() % 1e9);
process.exitCode = await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/http-fuzz.test.ts']);
