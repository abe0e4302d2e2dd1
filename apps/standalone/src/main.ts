import { loadConfig, prettyLogLine, runService } from '@blipq/service';
import { compose } from './compose.js';
import { standaloneConfig } from './config.js';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const line = process.stdout.isTTY ? (text: string) => say(prettyLogLine(text)) : say;

/** Longest orderly stop: gateway, worker and Redis one after the other, each at its own limit, and a little more. */
const stopDeadlineMs = 60_000;

await runService(
  ({ stopping }) => {
    const { config, warnings } = loadConfig(standaloneConfig, process.env);
    for (const warning of warnings) process.stderr.write(`blipq: ${warning}\n`);
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BLIPQ_'));
    return compose({ config, environment: Object.fromEntries(inherited), say, line, stopping });
  },
  { stopDeadlineMs },
);
