// npm run build: installs and builds what changed, without starting anything.
import { bootstrap } from './bootstrap.mjs';

await bootstrap();
