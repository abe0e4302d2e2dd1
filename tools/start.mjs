// npm start: makes everything ready, then becomes the standalone BlipQ. It stays one process, so that a signal has
// one receiver and one exit code.
import { bootstrap } from './bootstrap.mjs';

await bootstrap();
await import('../apps/standalone/dist/main.js');
