import { existsSync, readFileSync } from 'node:fs';
import { constants, type LuaValue } from './constants.js';

/** Where modules lie that all scripts may require; a district's own lie beside its scripts. */
const sharedModules = new URL('./', import.meta.url);

/**
 * The Lua of one script as Redis takes it: in one piece, because Redis has no `require`. Every module that the script
 * requires, itself or through others, comes before it once, after those that it needs in turn.
 * @throws TypeError for a module that does not exist, or that requires itself
 */
export function assembleScript(file: URL): string {
  const modules = new Map([['constants', `return ${luaOf(constants)}\n`]]);
  const source = withModules(file, modules, []);
  const loaded = [...modules].map(([name, text]) => `loaded['${name}'] = (function()\n${text}end)()\n`);
  return `local loaded = {}\nlocal function require(name) return loaded[name] end\n${loaded.join('')}${source}`;
}

/** The text of a script or module, whose modules are put into `modules`. `from`: what led here. */
function withModules(file: URL, modules: Map<string, string>, from: string[]): string {
  if (from.includes(file.href)) throw new TypeError(`${file.href} requires itself`);
  const source = readFileSync(file, 'utf8');
  for (const [, name] of source.matchAll(/\brequire '([\w-]+)'/g)) {
    if (modules.has(name!)) continue;
    const found = [file, sharedModules].map((base) => new URL(`${name}.lua`, base)).find((url) => existsSync(url));
    if (found === undefined) throw new TypeError(`${file.href} requires ${name}, which is not beside it or in lua/`);
    modules.set(name!, withModules(found, modules, [...from, file.href]));
  }
  return source;
}

/** A value as a Lua expression. */
function luaOf(value: LuaValue): string {
  if (typeof value === 'string') return `'${value.replace(/[\\'\n]/g, '\\$&')}'`;
  if (typeof value === 'number') return String(value);
  const items = isList(value)
    ? value.map(luaOf)
    : Object.entries(value).map(([name, one]) => `${name} = ${luaOf(one)}`);
  return `{ ${items.join(', ')} }`;
}

const isList = (value: object): value is readonly LuaValue[] => Array.isArray(value);
