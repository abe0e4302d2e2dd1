import { helpOnRequest, loadConfig, runService, takeConsole } from '@blipq/service';
import { compose } from './compose.js';
import { standaloneConfig } from './config.js';
import { LogOutput } from './log-output.js';

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Longest orderly stop: gateway, notifier, worker and Redis one after the other, each at its own limit, and a little more. */
const stopDeadlineMs = 88_000;

helpOnRequest('npm start: gateway, worker, notifier and a private Redis on one machine', standaloneConfig);

await runService(
  ({ stopping }) => {
    const { config, warnings } = loadConfig(standaloneConfig, process.env);
    const warn = (text: string) => void process.stderr.write(`blipq: ${text}\n`);
    takeConsole(warn);
    for (const warning of warnings) warn(warning);
    const logs = new LogOutput({
      write: say,
      pretty: process.stdout.isTTY,
      quiet: config.BLIPQ_LOG_LEVEL === undefined,
    });
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BLIPQ_'));
    return compose({ config, environment: Object.fromEntries(inherited), say, logs, stopping });
  },
  { stopDeadlineMs },
);
