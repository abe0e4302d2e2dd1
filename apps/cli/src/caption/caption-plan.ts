import type { Existing } from '../outputs/existing.js';
import type { Columns } from '../outputs/outcome.js';
import type { RunRequest } from './captioner.js';

/** Everything that a call of `blipq caption` says. */
export interface CaptionPlan {
  inputs: string[];
  asked: RunRequest;
  columns: Columns;
  local: boolean;
  server: string;
  apiKey: string | undefined;
  out: string | undefined;
  sidecar: string | undefined;
  embed: 'iptc' | 'xmp' | undefined;
  existing: Existing;
  /** Whether output files keep what they have. */
  goOn: boolean;
  resume: boolean;
  prefix: string;
  suffix: string;
  failed: string | undefined;
  json: boolean;
  concurrency: number | 'auto';
  /** Pixels. */
  maxEdge: number | undefined;
  column: string | undefined;
  firstRetryForMs: number;
  retryForMs: number;
  /** Where runs without an output file keep what they need for a resumption. */
  stateFolder: string;
}
