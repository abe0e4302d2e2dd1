import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ServiceMessage, StartupError } from '@blipq/service';
import { SupervisedProcess, type SupervisedProcessOptions } from './supervised-process.js';

export interface ServiceProcessOptions
  extends Pick<SupervisedProcessOptions, 'name' | 'line' | 'say' | 'stopDeadlineMs'> {
  /** The app's folder name under `apps/`. */
  app: string;
  /** The app's environment, asked for at each start. */
  env(): Record<string, string | undefined>;
}

/** One of BlipQ's own apps as a supervised process. Its IPC channel closes with us, which ends it. */
export function serviceProcess({ app, env, ...options }: ServiceProcessOptions): SupervisedProcess {
  const main = fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));
  return new SupervisedProcess({
    ...options,
    spawn: () => fork(main, { env: env(), detached: true, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }),
    ready: (child) => serviceReady(child, (message) => options.say(`The ${options.name}: ${message}`)),
  });
}

/** Rejects when it says that it cannot start; what it says of itself later goes to `say`. */
function serviceReady(child: ChildProcess, say: (text: string) => void): Promise<void> {
  let ready = false;
  return new Promise((resolve, reject) => {
    child.on('message', (message: ServiceMessage) => {
      if (message.blipq === 'ready') {
        ready = true;
        resolve();
      } else if (ready) {
        say(message.message);
      } else {
        reject(new StartupError(message.message));
      }
    });
  });
}
