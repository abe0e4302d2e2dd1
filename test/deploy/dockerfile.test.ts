import type { Copy, Healthcheck } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { dockerfile, dockerfileText, instructionsOf, stageNames, targets } from './dockerfile.js';

const lint = (text: string) =>
  validate(text, { instructionWorkdirRelative: 1, instructionCmdMultiple: 2 }).map(
    ({ message, range }) => `${range.start.line + 1}: ${message}`,
  );

test('the linter finds nothing in docker/Dockerfile', () => expect(lint(dockerfileText)).toEqual([]));

test('the linter finds an unknown instruction, an unknown flag and two commands', () => {
  const bad = 'FROM node:24\nRUNN true\nHEALTHCHECK --intervall=1s CMD true\nCMD ["a"]\nCMD ["b"]\n';
  expect(lint(bad).map((line) => line.slice(0, 2))).toEqual(expect.arrayContaining(['2:', '3:', '4:']));
});

test('the Dockerfile needs no frontend from a registry', () => {
  expect(dockerfileText).not.toMatch(/^#\s*(syntax|check)\s*=/m);
});

test('base images are pinned to a version, and can be pinned to a digest', () => {
  const bases = dockerfile.getFROMs().map((from) => from.getImage()!);
  const outside = bases.filter((image) => !stageNames().includes(image));
  const defaults = Object.fromEntries(
    dockerfile.getInitialARGs().map((arg) => [`\${${arg.getProperty()!.getName()}}`, arg.getProperty()!.getValue()]),
  );
  expect(Object.keys(defaults).sort()).toEqual([...new Set(outside)].sort());
  for (const image of Object.values(defaults)) expect(image).toMatch(/^[\w/]+:\d+\.\d+\.\d+-/);
});

describe.each(targets)('%s', (target) => {
  const last = (keyword: string) => instructionsOf(target).findLast((one) => one.getKeyword() === keyword);
  const labels = instructionsOf(target)
    .filter((one) => one.getKeyword() === 'LABEL')
    .flatMap((one) => one.getArgumentsContent() ?? '')
    .join(' ');

  test('runs as a user by number, who is not root', () => {
    expect(last('USER')?.getArgumentsContent()).toBe('10001:10001');
  });

  test('has a health check that needs no program but Node, and asks for liveness', () => {
    const check = last('HEALTHCHECK') as Healthcheck;
    expect(check.getArgumentsContent()).toContain('CMD ["node", "-e"');
    expect(check.getArgumentsContent()).toContain('/livez');
    // It starts a process, which takes its time on a busy host.
    expect(
      check
        .getFlags()
        .find((flag) => flag.getName() === 'timeout')
        ?.getValue(),
    ).toBe('10s');
  });

  test('starts Node itself, so that it gets the signals, and nothing of the base prints before it', () => {
    expect(last('CMD')?.getArgumentsContent()).toMatch(/^\["node", /);
    expect(last('ENTRYPOINT')?.getArgumentsContent()).toBe('[]');
  });

  test('says what it is', () => {
    for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'vendor']) {
      expect(labels).toContain(`org.opencontainers.image.${name}=`);
    }
    expect(labels).toContain(`"blipq-${target}"`);
  });

  test('is checked for native libraries that lack others, on its own base', () => {
    const own = instructionsOf(target).map((one) => one.toString());
    expect(own.findLast((text) => text.startsWith('RUN'))).toContain('image-steps.mjs check');
  });

  test('brings no package manager', () => {
    const removed = instructionsOf(target).some((one) =>
      /^RUN rm -rf usr\/local\/lib\/node_modules /.test(one.toString()),
    );
    const nodeAlone = instructionsOf(target).some((one) =>
      one.toString().startsWith('COPY --from=node /usr/local/bin/node '),
    );
    expect(removed || nodeAlone).toBe(true);
  });

  test('takes nothing from the repository but its licence and what it serves', () => {
    const copies = instructionsOf(target).filter((one) => one.getKeyword() === 'COPY') as Copy[];
    const fromContext = copies
      .filter((one) => one.getFlags().every((flag) => flag.getName() !== 'from'))
      .map((one) => one.getArgumentsContent()!);
    expect(fromContext.filter((text) => !/^(LICENSE|docs\/errors|docs\/how-to\/runbook\.md) /.test(text))).toEqual([]);
  });
});
