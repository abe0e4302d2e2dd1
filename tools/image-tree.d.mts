export interface ImageTree {
  /** The folder that stands for /. */
  root: string;
  /** A path in it. */
  workdir: string;
  env: Record<string, string>;
  /** `uid:gid`. */
  user: string;
  command: string[];
  healthcheck: string[];
}

export function buildTargets<Target extends string>(
  folder: string,
  targets: readonly Target[],
  buildArgs?: Record<string, string>,
): Record<Target, ImageTree>;
