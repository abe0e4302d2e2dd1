import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];

/** The images that Compose and the Dockerfile name, and what stands in for each where no registry answers. */
export function baseImages() {
  const node = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync(join(root, 'docker/Dockerfile'), 'utf8'))[1];
  const valkey = /image: (valkey\/\S+)$/m.exec(readFileSync(join(root, 'docker-compose.yml'), 'utf8'))[1];
  return {
    node: { name: node, standIn: `Debian with Node ${majorOf(node)} and npm 11 from npm's registry` },
    valkey: { name: valkey, standIn: "Debian with its backports' Valkey" },
  };
}

/**
 * Has the base images at hand: pulled, or where no registry answers, made under their names of Debian (by debootstrap)
 * and of npm's packages. They are not the official images, which stay untried then.
 *
 * @param engine `env` of its `docker`; `programs`, where debootstrap is unpacked, or undefined where nothing may be made
 * @returns what stands in for what, in words; undefined where images are neither here nor can be made
 */
export function provideBaseImages({ env, programs }, say) {
  const docker = (args, options) => spawnSync('docker', args, { env, encoding: 'utf8', ...options });
  const images = baseImages();
  const absent = Object.values(images).filter(
    ({ name }) =>
      docker(['image', 'inspect', name]).status !== 0 &&
      docker(['pull', '--quiet', name], { timeout: 300_000 }).status !== 0,
  );
  if (absent.length === 0) return [];
  if (programs === undefined) return undefined;
  say('No registry answers: making images that stand in for the bases …');
  const folder = mkdtempSync(join(tmpdir(), 'blipq-stand-ins-'));
  try {
    importDebian(folder, { env, programs });
    build(docker, images.node.name, nodeStandIn, (folder) => addNode(folder, majorOf(images.node.name)));
    build(docker, images.valkey.name, valkeyStandIn);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return absent.map(({ name, standIn }) => `${name}: ${standIn}`);
}

const majorOf = (image) => /:(\d+)/.exec(image)[1];

function importDebian(folder, { env, programs }) {
  const rootfs = join(folder, 'rootfs');
  const script = `debootstrap --variant=minbase --arch=${architecture} bookworm "$0" http://deb.debian.org/debian >&2 &&
    rm -rf "$0"/var/cache/apt/archives/*.deb "$0"/var/lib/apt/lists/* && tar -C "$0" -c . | docker import - blipq-stand-in`;
  const options = { encoding: 'utf8', env: { ...env, DEBOOTSTRAP_DIR: join(programs, 'usr/share/debootstrap') } };
  const { status, stderr } = spawnSync('/bin/sh', ['-ec', script, rootfs], options);
  if (status !== 0) throw new Error(`debootstrap failed: ${stderr.trim().split('\n').slice(-3).join('\n')}`);
}

function build(docker, name, dockerfile, addFiles = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-stand-in-'));
  try {
    writeFileSync(join(folder, 'Dockerfile'), dockerfile);
    addFiles(folder);
    const { status, stderr } = docker(['build', '--quiet', '--tag', name, folder]);
    if (status !== 0) throw new Error(`${name} has no stand-in: ${stderr.trim()}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The program and npm, where the official image has them. */
function addNode(folder, major) {
  const authorities = ['/etc/ssl/certs/ca-certificates.crt', process.env.NODE_EXTRA_CA_CERTS].filter(
    (path) => path && existsSync(path),
  );
  writeFileSync(join(folder, 'authorities.crt'), authorities.map((path) => readFileSync(path)).join('\n'));
  for (const [name, spec] of [
    ['node', `node-linux-${process.arch}@${major}`],
    ['npm', 'npm@11'],
  ]) {
    const script = `mkdir "$0" && cd "$0" && tar -xzf "$(npm pack --silent "$1")" --strip-components=1`;
    const { status, stderr } = spawnSync('/bin/sh', ['-ec', script, join(folder, name), spec], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${spec} cannot be unpacked: ${stderr.trim()}`);
  }
}

const nodeStandIn = `FROM blipq-stand-in
COPY node/bin/node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
# Those whom this machine trusts: its way to npm's registry may lead through a proxy with an authority of its own.
COPY authorities.crt /usr/local/share/authorities.crt
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/authorities.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \\
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
CMD ["node"]
`;

const valkeyStandIn = `FROM blipq-stand-in
RUN echo 'deb http://deb.debian.org/debian bookworm-backports main' > /etc/apt/sources.list.d/backports.list && \\
    groupadd --gid 999 valkey && useradd --uid 999 --gid 999 valkey && apt-get update && \\
    apt-get install -y --no-install-recommends valkey-server && rm -rf /var/lib/apt/lists/* && \\
    mkdir -p /data && chown 999:999 /data
VOLUME /data
WORKDIR /data
`;
