// node tools/release/changelog.mjs 0.2.0 prints that version's section of CHANGELOG.md, for the release's notes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../CHANGELOG.md', import.meta.url));
const heading = (version) => new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\].*$`, 'm');

/**
 * What stands under `## [version]`, up to the next heading of its kind.
 *
 * @throws Error where there is no such section or nothing in it
 */
export function changelogSection(version, changelog = readFileSync(file, 'utf8')) {
  const found = heading(version).exec(changelog);
  if (found === null) throw new Error(`CHANGELOG.md has no section "## [${version}]"`);
  const [section] = changelog.slice(found.index + found[0].length).split(/^(?:## |\[[^\]]+\]: )/m);
  if (!/^- /m.test(section)) throw new Error(`CHANGELOG.md says nothing under "## [${version}]"`);
  return section.trim();
}

/** The changelog with what was under Unreleased as the section of a version. */
export function withSection(version, date, changelog = readFileSync(file, 'utf8')) {
  changelogSection('Unreleased', changelog);
  return changelog.replace(heading('Unreleased'), `## [Unreleased]\n\n## [${version}] - ${date}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(changelogSection(process.argv[2] ?? 'Unreleased'));
