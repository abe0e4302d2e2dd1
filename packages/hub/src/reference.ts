import { statSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { HubError } from './hub-error.js';

/** Where files are: in a folder of this machine, or in a repository of the Hub at a branch, tag, pull request or commit. */
export type Place =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'repo'; readonly repo: string; readonly revision: string };

/** A model or an adapter, or both: an adapter with the base that it is to be merged into. */
export type Reference = Place | { readonly kind: 'adapted'; readonly base: Place; readonly adapter: Place };

/** The Hub's rules for names, so that nothing else ever becomes part of a path or an address. */
const repoName = /^[A-Za-z0-9][\w.-]{0,95}\/[\w][\w.-]{0,95}$/;
/** Git's names for branches, tags and `refs/pr/1`, as far as they are harmless as paths. */
const revisionName = /^[\w][\w.-]*(\/[\w][\w.-]*)*$/;
const forbidden = /--|\.\.|[.-]$|\.git$/;

/**
 * Reads a model reference: a path (`/…`, `./…`, `../…` or any folder that exists, which wins), `owner/name[@revision]`,
 * or two of these with a `+` between them, a base and a LoRA adapter.
 *
 * @throws HubError `reference_invalid`
 */
export function parseReference(reference: string): Reference {
  if (isFolder(reference)) return { kind: 'folder', path: resolve(reference) };
  // A folder's name may have a plus of its own.
  let problem: unknown;
  for (let at = reference.indexOf('+'); at >= 0; at = reference.indexOf('+', at + 1)) {
    try {
      const [base, adapter] = [parsePlace(reference.slice(0, at)), parsePlace(reference.slice(at + 1))];
      return { kind: 'adapted', base, adapter };
    } catch (error) {
      problem ??= error;
    }
  }
  if (problem !== undefined) throw problem;
  return parsePlace(reference);
}

/** The references in a list with commas between them. A folder that exists may have commas in its name. */
export function referenceList(text: string): string[] {
  if (isFolder(text)) return [text];
  const references = text.split(',').map((reference) => reference.trim());
  return references.filter((reference) => reference !== '');
}

/** What users call a model: the folder's name, or `owner/name`; the adapter's, where there is one. */
export function nameOf(reference: Reference): string {
  if (reference.kind === 'adapted') return nameOf(reference.adapter);
  return reference.kind === 'folder' ? basename(reference.path) : reference.repo;
}

/** @throws HubError `reference_invalid` */
export function parsePlace(reference: string): Place {
  const path = resolve(reference);
  if (reference !== '' && isFolder(reference)) return { kind: 'folder', path };
  if (isFile(reference)) throw new HubError('reference_invalid', `${path} is a file; name the folder that holds it`);
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

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
