import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { HubError } from './hub-error.js';

/** Where a model is: in a folder of this machine, or in a repository of the Hub at a branch, tag, pull request or commit. */
export type Reference =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'repo'; readonly repo: string; readonly revision: string };

/** The Hub's rules for names, so that nothing else ever becomes part of a path or an address. */
const repoName = /^[A-Za-z0-9][\w.-]{0,95}\/[\w][\w.-]{0,95}$/;
/** Git's names for branches, tags and `refs/pr/1`, as far as they are harmless as paths. */
const revisionName = /^[\w][\w.-]*(\/[\w][\w.-]*)*$/;
const forbidden = /--|\.\.|[.-]$|\.git$/;

/**
 * Reads a model reference: a path (`/…`, `./…`, `../…` or any folder that exists, which wins) or
 * `owner/name[@revision]`.
 *
 * @throws HubError `reference_invalid`
 */
export function parseReference(reference: string): Reference {
  const path = resolve(reference);
  if (isFolder(reference)) return { kind: 'folder', path };
  if (isAbsolute(reference) || /^\.\.?(\/|$)/.test(reference)) {
    throw new HubError('reference_invalid', `there is no folder ${path}`);
  }
  const [, repo = '', revision = 'main'] = /^([^@]*)(?:@(.*))?$/s.exec(reference) ?? [];
  if (!repoName.test(repo) || forbidden.test(repo)) {
    throw new HubError(
      'reference_invalid',
      `${JSON.stringify(reference)} is neither a folder nor a model on the Hub, which is written owner/name or owner/name@revision`,
    );
  }
  if (!revisionName.test(revision) || revision.includes('..')) {
    throw new HubError(
      'reference_invalid',
      `${JSON.stringify(revision)} in ${JSON.stringify(reference)} is no revision`,
    );
  }
  return { kind: 'repo', repo, revision };
}

/** Whether a revision is a commit's full hash, which always means the same files. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
