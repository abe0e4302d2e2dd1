import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { canAptInstall } from './apt-install.mjs';
import { root } from './bootstrap.mjs';
import { runProgram } from './run-program.mjs';

/** A Docker engine with Compose and buildx from Debian 13, and what it needs from Debian 12, whose C library it suits. */
const packages = [
  ...['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd'].map((name) => `${name}/trixie`),
  ...['runc', 'iptables', 'debootstrap', 'libip4tc2', 'libip6tc2', 'libxtables12', 'libnftnl11', 'libmnl0'],
  ...['tini', 'libseccomp2', 'libnetfilter-conntrack3', 'libnfnetlink0'],
].map((name) => (name.includes('/') ? name : `${name}/bookworm`));
const archiveKey = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** What an engine sets in the kernel and does not put back. */
const sysctls = ['ipv4/ip_forward', 'bridge/bridge-nf-call-iptables', 'bridge/bridge-nf-call-ip6tables'].map(
  (name) => `/proc/sys/net/${name}`,
);
/** Chains as they are where there is no rule. */
const noRules = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
};

/** Whether an engine of our own can be started: as root on Debian. */
export function canStartEngine() {
  return process.platform === 'linux' && canAptInstall() && existsSync(archiveKey) && existsSync('/proc/sys/net');
}

/**
 * Starts a Docker engine in a folder of its own, with programs that are fetched and unpacked but not installed.
 *
 * @returns `env`, with which `docker` is this engine's; `programs`, the folder that stands for / of its programs; and
 *   `stop`, after which nothing of it is left
 */
export async function startEngine() {
  const programs = join(root, 'node_modules/.cache/blipq/docker-26.1');
  if (!existsSync(programs)) unpackPrograms(programs);
  const folder = mkdtempSync(join(tmpdir(), 'blipq-engine-'));
  const libraries = readdirSync(join(programs, 'usr/lib')).map((name) => join(programs, 'usr/lib', name));
  const env = {
    ...process.env,
    PATH: ['usr/bin', 'usr/sbin']
      .map((path) => join(programs, path))
      .concat(process.env.PATH)
      .join(':'),
    DOCKER_HOST: `unix://${join(folder, 'docker.sock')}`,
    DOCKER_CONFIG: join(folder, 'config'),
  };
  mkdirSync(env.DOCKER_CONFIG);
  symlinkSync(join(programs, 'usr/libexec/docker/cli-plugins'), join(env.DOCKER_CONFIG, 'cli-plugins'));
  // Debian's programs look for their libraries in folders of the machine.
  const withLibraries = {
    ...env,
    LD_LIBRARY_PATH: libraries.join(':'),
    XTABLES_LIBDIR: libraries.map((path) => join(path, 'xtables')).find(existsSync),
  };
  const before = kernelState(withLibraries);
  const daemon = spawn('dockerd', daemonArguments(folder, env.DOCKER_HOST), {
    env: withLibraries,
    // A signal from the terminal is for those who use it; it is stopped after them.
    detached: true,
    stdio: ['ignore', ...Array(2).fill(openSync(join(folder, 'log'), 'a'))],
  });
  const ended = once(daemon, 'exit');
  const stop = async () => {
    daemon.kill('SIGTERM');
    await ended;
    restoreKernel(before, withLibraries);
    rmSync(folder, { recursive: true, force: true });
  };
  while (spawnSync('docker', ['version'], { env }).status !== 0) {
    if (daemon.exitCode !== null) {
      const log = readFileSync(join(folder, 'log'), 'utf8');
      await stop();
      throw new Error(`dockerd ended: ${log.trim().split('\n').slice(-3).join('\n')}`);
    }
    await pause(200);
  }
  return { env, programs, stop };
}

function daemonArguments(folder, host) {
  const paths = { 'data-root': 'data', 'exec-root': 'exec', pidfile: 'pid', 'config-file': 'daemon.json' };
  writeFileSync(join(folder, 'daemon.json'), '{}');
  return [
    ...Object.entries(paths).map(([name, path]) => `--${name}=${join(folder, path)}`),
    `--host=${host}`,
    '--bip=10.213.0.1/24',
    '--default-address-pool=base=10.214.0.0/16,size=24',
  ];
}

/** Fetches Debian packages and unpacks them, without the machine's own lists of packages coming to know of it. */
function unpackPrograms(target) {
  const folder = mkdtempSync(join(tmpdir(), 'blipq-debs-'));
  try {
    for (const name of ['lists/partial', 'cache/archives/partial', 'debs', 'root'])
      mkdirSync(join(folder, name), { recursive: true });
    const suites = ['trixie', 'bookworm'].map(
      (name) => `deb [signed-by=${archiveKey}] http://deb.debian.org/debian ${name} main\n`,
    );
    writeFileSync(join(folder, 'sources.list'), suites.join(''));
    const settings = {
      'Dir::Etc::SourceList': join(folder, 'sources.list'),
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::State::Lists': join(folder, 'lists'),
      'Dir::Cache': join(folder, 'cache'),
      'APT::Sandbox::User': 'root',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const cwd = join(folder, 'debs');
    runProgram('apt-get', [...options, '-q', 'update'], { cwd });
    runProgram('apt-get', [...options, '-q', 'download', ...packages], { cwd });
    for (const deb of readdirSync(cwd)) runProgram('dpkg', ['-x', deb, join(folder, 'root')], { cwd });
    // Which an installation would choose.
    for (const name of ['iptables', 'ip6tables'].flatMap((one) => [one, `${one}-save`, `${one}-restore`]))
      symlinkSync('xtables-nft-multi', join(folder, 'root/usr/sbin', name));
    mkdirSync(join(target, '..'), { recursive: true });
    runProgram('cp', ['-a', join(folder, 'root'), `${target}.part`]);
    runProgram('mv', [`${target}.part`, target]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function kernelState(env) {
  const rules = ['iptables', 'ip6tables'].map((name) => [name, runProgram(`${name}-save`, [], { env })]);
  return { rules, sysctls: sysctls.filter(existsSync).map((path) => [path, readFileSync(path, 'utf8')]) };
}

function restoreKernel({ rules, sysctls }, env) {
  for (const [name, saved] of rules) {
    const missing = Object.entries(noRules).filter(([table]) => !saved.includes(`*${table}\n`));
    const empty = missing.map(
      ([table, chains]) => `*${table}\n${chains.map((one) => `:${one} ACCEPT [0:0]\n`).join('')}COMMIT\n`,
    );
    runProgram(`${name}-restore`, [], { env, input: saved + empty.join('') });
  }
  for (const [path, value] of sysctls) writeFileSync(path, value);
  spawnSync('ip', ['link', 'delete', 'docker0']);
}
