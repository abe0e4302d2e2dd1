// Uses Node's own modules only: it also tells, before anything is installed, whether the site has to be built again.
import { readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The paths of all Markdown files of the repository, except for what is installed, built or GitHub's own. */
export function documentPaths(folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name.endsWith('.md') ? [relative(root, path).replaceAll(sep, '/')] : [];
    const isOurs = entry.isDirectory() && !/^(node_modules|dist|coverage|\..*)$/.test(entry.name);
    return isOurs ? documentPaths(path) : [];
  });
}

/**
 * The place of a file on the site, without `.html`: pages of `docs/` are at its root, all others below `repository/`, and a
 * README is its folder's index.
 */
export function addressOf(path) {
  const place = path.startsWith('docs/') ? path.slice('docs/'.length) : `repository/${path}`;
  return place.replace(/\.md$/, '').replace(/(^|\/)README$/, '$1index');
}

/** The link from one address to another. All links are relative, so that the site works below any path. */
export function linkBetween(from, to) {
  const link = posix.relative(posix.dirname(from), to);
  return link.replace(/(^|\/)index$/, '$1') || './';
}
