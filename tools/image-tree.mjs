// Carries out docker/Dockerfile without Docker, so that its images' trees can be tested anywhere:
//   node tools/image-tree.mjs <folder> <target> …
// Each stage gets a folder that stands for its root; its base image is the machine itself. RUN lines run verbatim, in
// the stage's working directory, as the user who calls this. Prints each target's root and how it is started.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import dockerignore from '@balena/dockerignore';
import { DockerfileParser } from 'dockerfile-ast';

const context = dirname(dirname(fileURLToPath(import.meta.url)));
/** The words of `CMD ["a", "b"]` and of `HEALTHCHECK … CMD ["a", "b"]`. */
const jsonCommand = (instruction) => JSON.parse(instruction.getArgumentsContent().replace(/^CMD /, ''));

/**
 * Builds targets of docker/Dockerfile below `folder`, which must be empty.
 *
 * @returns by target: `root` (the folder that stands for /), `workdir` (a path in it), `env`, `user`, `command` and
 *   `healthcheck`
 */
export function buildTargets(folder, targets, buildArgs = {}) {
  const file = DockerfileParser.parse(readFileSync(join(context, 'docker/Dockerfile'), 'utf8'));
  const global = Object.fromEntries(file.getInitialARGs().map((arg) => argument(arg, buildArgs)));
  const stages = stagesOf(file);
  const built = {};
  const stage = (name) => {
    built[name] ??= buildStage(name, { stages, stage, folder, buildArgs, global });
    return built[name];
  };
  return Object.fromEntries(targets.map((target) => [target, stage(target)]));
}

/** The instructions of every stage, its FROM first, by the stage's name. */
function stagesOf(file) {
  const stages = {};
  let current;
  for (const instruction of file.getInstructions()) {
    if (instruction.getKeyword() === 'FROM') stages[instruction.getBuildStage()] = current = [];
    current?.push(instruction);
  }
  return stages;
}

function buildStage(name, build) {
  const [from, ...instructions] = build.stages[name] ?? [];
  if (from === undefined) throw new Error(`docker/Dockerfile has no target ${name}`);
  const base = from.getImage();
  const parent = Object.hasOwn(build.stages, base) ? build.stage(base) : undefined;
  const root = join(build.folder, name);
  mkdirSync(root, { recursive: true });
  // Hard links: no step changes a file in place.
  if (parent) copyTree(parent.root, root);
  const state = { workdir: '/', user: undefined, command: undefined, ...parent, root };
  state.env = { ...parent?.env };
  state.args = {};
  for (const instruction of instructions) perform(instruction, state, build);
  return state;
}

function perform(instruction, state, build) {
  const words = () => instruction.getArguments().map((word) => word.getValue());
  switch (instruction.getKeyword()) {
    case 'ARG':
      return void Object.assign(state.args, Object.fromEntries([argument(instruction, build.buildArgs)]));
    case 'ENV':
      for (const property of instruction.getProperties()) state.env[property.getName()] = property.getValue();
      return;
    case 'WORKDIR':
      state.workdir = words()[0];
      return void mkdirSync(join(state.root, state.workdir), { recursive: true });
    case 'COPY':
      return copy(instruction, words(), state, build);
    case 'RUN':
      return run(instruction, words(), state, build);
    case 'USER':
      state.user = words()[0];
      return;
    case 'CMD':
      state.command = jsonCommand(instruction);
      return;
    case 'HEALTHCHECK':
      state.healthcheck = jsonCommand(instruction);
      return;
    case 'ENTRYPOINT':
    case 'LABEL':
    case 'EXPOSE':
      return;
    default:
      throw new Error(`image-tree.mjs does not know ${instruction.getKeyword()}`);
  }
}

function copy(instruction, [source, target], state, build) {
  const from = flag(instruction, 'from');
  const to = join(state.root, target.startsWith('/') ? target : join(state.workdir, target));
  if (from === undefined) return copyContext(source, to);
  // Of a base image, only Node itself is ever copied, and the machine has its own.
  if (from === 'node') return;
  mkdirSync(to, { recursive: true });
  copyTree(join(build.stage(from).root, source), to);
  const owner = flag(instruction, 'chown');
  if (owner !== undefined && process.getuid?.() === 0) spawnSync('chown', ['-R', owner, to]);
}

function copyTree(from, to) {
  const { status, stderr } = spawnSync('cp', ['-al', `${from}/.`, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** From the repository, as far as .dockerignore lets it be seen. */
function copyContext(source, to) {
  const ignore = dockerignore().add(readFileSync(join(context, '.dockerignore'), 'utf8'));
  const files = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(context, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !['node_modules', 'dist', '.git'].includes(entry.name)) walk(path);
      if (entry.isFile() && !ignore.ignores(path)) files.push(path);
    }
  };
  if (!ignore.ignores(source) || source === '.') walk('.');
  const wanted = files.filter((path) => source === '.' || path === source || path.startsWith(`${source}/`));
  if (wanted.length === 0) throw new Error(`COPY ${source}: nothing that .dockerignore lets through`);
  for (const path of wanted) {
    const rest = source === '.' ? path : path.slice(source.length);
    cpSync(join(context, path), join(to, rest));
  }
}

function run(instruction, words, state, build) {
  let command = words.filter((word) => !word.startsWith('--')).join(' ');
  for (const mount of instruction.getFlags().map((one) => one.getValue())) {
    const { type, from, source, target } = Object.fromEntries(mount.split(',').map((part) => part.split('=')));
    // A bind mount's place in the command is taken by what would be mounted there.
    if (type === 'bind') command = command.replaceAll(target, join(build.stage(from).root, source));
  }
  const env = { ...process.env, ...build.global, ...state.args, ...state.env, NODE_ENV: state.env.NODE_ENV ?? '' };
  const cwd = join(state.root, state.workdir);
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-ec', command], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${command} failed with exit code ${status}\n${stdout}${stderr}`);
}

/** Name and value of an ARG, as given to the build or by default. */
function argument(instruction, buildArgs) {
  const property = instruction.getProperty();
  return [property.getName(), buildArgs[property.getName()] ?? property.getValue() ?? ''];
}

function flag(instruction, name) {
  return instruction
    .getFlags()
    .find((one) => one.getName() === name)
    ?.getValue();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...targets] = process.argv.slice(2);
  if (targets.length === 0) throw new Error('usage: node tools/image-tree.mjs <folder> <target> …');
  console.log(JSON.stringify(buildTargets(folder, targets), undefined, 2));
}
