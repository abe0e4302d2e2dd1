import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What pnpm notes about an installation: times and paths that are different in each build, and packages of others. */
const notes = ['pnpm-lock.yaml', 'node_modules/.modules.yaml', 'node_modules/.pnpm-workspace-state-v1.json'];
notes.push('node_modules/.pnpm/lock.yaml', 'node_modules/.pnpm/node_modules/.bin', 'node_modules/.bin');

/**
 * Removes from a package that `pnpm deploy` made what no program reads: the packages `without` and those that nothing
 * else depends on, types, sources, source maps, pages for readers, tests, and what is for another platform.
 */
export function trimTree(folder, without = []) {
  for (const path of notes) rmSync(join(folder, path), { recursive: true, force: true });
  dropPackages(join(folder, 'node_modules'), (name) => without.includes(name) || name.startsWith('@types/'));
  for (const path of filesBelow(folder)) if (isNotNeeded(relative(folder, path))) rmSync(path);
}

/** Every file below a folder. Links are not followed, which `recursive` of readdir does on some versions of Node. */
export function filesBelow(folder) {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Takes away links to the packages that `isDropped`, then each package in pnpm's store to which no link leads. */
function dropPackages(modules, isDropped) {
  const store = join(modules, '.pnpm');
  if (!existsSync(store)) return;
  const kept = new Set(['node_modules']);
  const follow = (folder) => {
    for (const { name, path } of linksIn(folder)) {
      if (isDropped(name)) {
        rmSync(path);
        continue;
      }
      const [entry] = relative(realpathSync(store), realpathSync(path)).split(sep);
      if (kept.has(entry)) continue;
      kept.add(entry);
      follow(join(store, entry, 'node_modules'));
    }
  };
  follow(modules);
  for (const entry of readdirSync(store)) if (!kept.has(entry)) rmSync(join(store, entry), { recursive: true });
  // Where pnpm links packages for those that import what they do not declare.
  for (const { path } of linksIn(join(store, 'node_modules'))) if (!existsSync(path)) rmSync(path);
}

/** The links to packages in a node_modules folder, by the packages' names. */
function linksIn(modules) {
  if (!existsSync(modules)) return [];
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((rest) => `${name}/${rest}`) : [name],
  );
  return names
    .map((name) => ({ name, path: join(modules, name) }))
    .filter(({ path }) => lstatSync(path).isSymbolicLink());
}

/** What is for other platforms and other Nodes, for compilers and for readers. */
const forOthers = [
  /musl\.node$|\/musl_[^/]+\/[^/]+$/,
  // Where there is a binding for the versions of one Node's modules, there is one for all of them too.
  new RegExp(`\\.abi(?!${process.versions.modules}\\.)\\d+\\.`),
  new RegExp(`/onnxruntime-node/bin/.*/(?!${process.platform}/${process.arch}/)[^/]+/[^/]+/[^/]+$`),
  /\.([mc]?ts|tsbuildinfo|map|cc|cpp|hh?|hpp|S|inc|gyp)$/,
  /\/(?!licen[cs]e|notice)[^/]*\.md$/i,
  /(^|\/@?blipq\/.*)\/dist\/(.*\/)?([^/]*\.(test|fixture)\.[^/]*|testing\/.*)$/,
  // Of Swagger UI one form is served, of libheif the WebAssembly is loaded.
  /\/swagger-ui-dist\/(swagger-ui\.js|[^/]*-es-bundle[^/]*)$/,
  /\/libheif-js\/(libheif\/.*|libheif-wasm\/libheif-bundle[^/]*)$/,
];

/** @param path below the tree's folder */
function isNotNeeded(path) {
  return forOthers.some((pattern) => pattern.test(`/${path}`));
}
