import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { describeSetting } from './describe-setting.js';
import { setting } from './settings.js';

/** The settings that more than one process of a deployment reads, described once. */
export const deploymentSettings = {
  HOST: setting
    .text('an address to listen on')
    .default('0.0.0.0')
    .meta({ purpose: 'Address on which the process listens', essential: true }),
  PORT: setting.port().default(3000).meta({ purpose: 'Port of the API', essential: true }),
  BLIPQ_NAMESPACE: setting
    .name()
    .default('blipq')
    .meta({ purpose: 'First part of every key in Redis; installations that share a Redis need different ones' }),
  BLIPQ_LOG_LEVEL: setting
    .logLevel()
    .default('info')
    .meta({ purpose: 'Lowest level of the log lines that are written', essential: true }),
  BLIPQ_THREADS: setting.threads().meta({
    purpose: 'Number of threads that run the model in a worker, and that decode images in a gateway',
    initially: 'the number of CPUs that the process may use',
    essential: true,
  }),
  BLIPQ_DRAIN_MS: setting.wholeNumber(0, 3_600_000).default(15_000).meta({
    purpose:
      'Time in which a stopping process finishes work in hand; afterwards a worker requeues it and a gateway closes its connections',
  }),
  /** Each process has a default of its own. */
  BLIPQ_HEALTH_PORT: setting.port().meta({
    purpose: 'Port of `/livez`, `/readyz` and [`/metrics`](metrics.md) of a worker or notifier',
    essential: true,
  }),
  BLIPQ_INTERNAL_PORT: setting.port().default(3002).meta({
    purpose:
      "Port of the gateway's `/internal/scale` and [`/metrics`](metrics.md); keep it unreachable from outside the deployment",
    essential: true,
  }),
  BLIPQ_MODEL: setting
    .text('the folder of a BLIP checkpoint, owner/name[@revision] on the Hugging Face Hub, or base+adapter')
    .meta({
      purpose:
        '[Model](../how-to/models.md) that a worker serves; `npm start` takes several, with commas between them, and the bundled ones by default',
      essential: true,
    }),
  BLIPQ_CACHE: setting
    .text('the folder for built graphs')
    .default(() => join(homedir(), '.cache', 'blipq'))
    .meta({
      purpose: 'Place of built graphs; `.blipq/models` by default under `npm start`',
      initially: '~/.cache/blipq',
      essential: true,
    }),
  BLIPQ_PRECISION: setting
    .oneOf(['auto', 'fp32', 'int8-decoder', 'int8', 'int7', 'fp16'])
    .default('auto')
    .meta({ purpose: '[Precision](../explanation/precision.md) in which the model computes', essential: true }),
  BLIPQ_DEVICE: setting
    .oneOf(['auto', 'cpu', 'cuda'])
    .default('auto')
    .meta({ purpose: '[Device](../explanation/precision.md) on which the model runs', essential: true }),
  BLIPQ_WEBHOOK_SECRET: setting.text('one or more secrets as "blipq webhooks secret" makes them').optional().meta({
    purpose:
      'Secrets that [sign webhooks](webhooks.md#secrets), the newest first; a gateway with the same value shows each API key its own',
    essential: true,
  }),
  BLIPQ_WEBHOOK_SECRETS: setting
    .text('a JSON object of secrets, as docs/reference/webhooks.md describes it')
    .optional()
    .meta({ purpose: 'Secrets by name, for API keys that name one' }),
  BLIPQ_WEBHOOK_SECRETS_FILE: setting
    .text('the path of a file with a JSON object of secrets')
    .optional()
    .meta({ purpose: 'File with the secrets by name, instead of `BLIPQ_WEBHOOK_SECRETS`' }),
  BLIPQ_WEBHOOK_ALLOW: setting
    .list('addresses and networks such as 10.1.0.0/16')
    .default([])
    .meta({ purpose: 'Private networks to which webhooks may be sent; gateway and notifier need the same value' }),
  BLIPQ_WEBHOOK_PORTS: setting.numbers('port numbers', 1, 65_535).default([]).meta({
    purpose: 'Ports to which webhooks may be sent, besides 443 and 80; gateway and notifier need the same value',
  }),
  BLIPQ_WEBHOOK_HTTP: setting.flag().default(false).meta({
    purpose: 'Whether webhooks may be sent over plain `http:`; gateway and notifier need the same value',
  }),
};

/** The same variables for a process that only passes them on, as they are, to others, which check them. */
export function passedOn<S extends z.core.$ZodLooseShape>(shape: S): { [name in keyof S]: z.ZodOptional<z.ZodString> } {
  const entries = Object.entries(shape).map(([name, type]) => {
    const { takes, purpose, essential } = describeSetting(type as z.core.$ZodType);
    return [name, z.string().describe(takes).optional().meta({ purpose, essential })];
  });
  return Object.fromEntries(entries);
}
