import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from './checkpoint.js';
import {
  fixture,
  global,
  modelFolder,
  pickle,
  push,
  removeModelFolders,
  tensorPickle,
  torchFile,
  zip,
} from './testing/write-files.js';

afterAll(removeModelFolders);

async function open(file: Buffer | string) {
  return await openCheckpoint(await modelFolder({ 'pytorch_model.bin': file }));
}

/** Opens a file that must be refused, and gives the error's message. */
async function refusal(file: Buffer | string): Promise<string> {
  const error = await open(file).then(
    () => new Error('it was read'),
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: 'ModelError' });
  return error.message;
}

describe('pytorch_model.bin', () => {
  it.each(['protocol-2.bin', 'nested-protocol-4.bin', 'nested-protocol-5.bin', 'zip64.bin'])(
    '%s equals what safetensors holds: strides, offsets, shared storages, every dtype',
    async (name) => {
      const expected = await openCheckpoint(
        await modelFolder({ 'model.safetensors': await readFile(fixture('plain.safetensors')) }),
      );
      const actual = await open(await readFile(fixture(name)));
      expect(actual.tensors.size).toBe(15);
      for (const [tensor, { dtype, shape }] of expected.tensors) {
        expect(actual.tensors.get(tensor), tensor).toMatchObject({ dtype, shape });
        expect(await actual.read(tensor), tensor).toEqual(await expected.read(tensor));
      }
      await expected.close();
      await actual.close();
    },
  );

  it('materialises a transposed view', async () => {
    const checkpoint = await open(await readFile(fixture('protocol-2.bin')));
    // (torch.arange(24).reshape(2, 3, 4) / 8).permute(2, 0, 1).flatten()[:7]
    expect([...(await checkpoint.read('transposed')).subarray(0, 7)]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 0.125]);
    await checkpoint.close();
  });

  it('of PyTorch before 1.6 is refused with the command that converts it', async () => {
    expect(await refusal(await readFile(fixture('legacy.bin')))).toContain('torch.save(torch.load(');
  });
});

describe('an archive', () => {
  const data = tensorPickle({ elements: 2, shape: [2], strides: [1] });
  const values = Buffer.from(Float32Array.of(3, 4).buffer);
  const dataPkl = { name: 'archive/data.pkl', data };
  const storage = { name: 'archive/data/0', data: values };

  it('is read where it is sound', async () => {
    const checkpoint = await open(zip([dataPkl, storage]));
    expect(await checkpoint.read('t')).toEqual(Float32Array.of(3, 4));
    await checkpoint.close();
  });

  const sound = zip([dataPkl, storage]);
  it.each<[string, Buffer | string, string]>([
    ['is empty', '', 'no sound zip'],
    ['is no archive', 'hello, this is text and not an archive', 'no sound zip'],
    ['is cut short', sound.subarray(0, -30), 'no sound zip'],
    ['has a compressed entry', zip([{ ...dataPkl, method: 8 }, storage]), 'compressed'],
    [
      'has an entry that grows when unpacked',
      zip([dataPkl, { ...storage, method: 8, size: 2 ** 31, compressedSize: 8 }]),
      'compressed',
    ],
    ['has a stored entry of two sizes', zip([dataPkl, { ...storage, compressedSize: 4 }]), 'mismatch'],
    ['has an encrypted entry', zip([{ ...dataPkl, flags: 1, compressedSize: data.length + 12 }, storage]), 'encrypted'],
    ['has an entry longer than the file', zip([dataPkl, { ...storage, size: 100_000 }]), 'bounds'],
    [
      'has an entry that starts outside the file',
      zip([dataPkl, { ...storage, headerAt: 2 ** 31 }]),
      'outside the file',
    ],
    ['has an entry without a header', zip([dataPkl, { ...storage, headerAt: 5 }]), 'signature'],
    ['has two entries of one name', zip([dataPkl, storage, storage]), 'two entries'],
    [
      'has entries that share bytes',
      zip([dataPkl, storage, { ...storage, name: 'archive/data/1', headerAt: 30 + 16 + data.length }]),
      'overlaps',
    ],
    ['spans disks', zip([dataPkl, storage], { disk: 1 }), 'multi-disk'],
    ['has a directory outside the file', zip([dataPkl, storage], { at: 2 ** 31 }), 'outside the file'],
    ['claims more entries than it has', zip([dataPkl, storage], { count: 9 }), 'outside the file'],
    ['has an entry that climbs out', zip([dataPkl, { ...storage, name: '../data/0' }]), 'relative path'],
    ['has no pickle', zip([storage]), 'no archive that torch.save'],
    ['has two pickles', zip([dataPkl, { ...dataPkl, name: 'b/data.pkl' }]), 'no archive that torch.save'],
    ['lacks a storage', zip([dataPkl]), 'missing'],
    ['has a storage that is too short', zip([dataPkl, { ...storage, data: values.subarray(1) }]), '7 bytes'],
    [
      'is big-endian',
      zip([dataPkl, storage, { name: 'archive/byteorder', data: Buffer.from('big') }]),
      'little-endian',
    ],
  ])('that %s is refused', async (_what, file, message) => {
    expect(await refusal(file)).toContain(message);
  });
});

describe('a pickle', () => {
  const call = (module: string, name: string) => pickle(global(module, name), push(['echo hacked']), 'R');

  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['__builtin__', 'exec'],
    ['torch', 'load'],
    ['torch.hub', 'load'],
    ['subprocess', 'Popen'],
    ['torch._utils', '_rebuild_tensor'],
    ['torch.storage', '_load_from_bytes'],
    ['collections', 'defaultdict'],
    ['constructor', 'constructor'],
  ])('that imports %s.%s is refused by that name', async (module, name) => {
    expect(await refusal(torchFile(call(module, name)))).toContain(`imports ${module}.${name},`);
    const stackGlobal = pickle(push(module), push(name), '\x93', push(['echo hacked']), 'R');
    expect(await refusal(torchFile(stackGlobal))).toContain(`imports ${module}.${name},`);
  });

  it('that imports by the opcode INST is refused by name', async () => {
    expect(await refusal(torchFile(pickle('(', push('ls'), 'ios\nsystem\n')))).toContain('imports os.system,');
  });

  const view = { elements: 4, shape: [2, 2], strides: [2, 1] };
  const storage = Buffer.alloc(16);
  it('with a tensor that fits its storage is read', async () => {
    const checkpoint = await open(torchFile(tensorPickle(view), [storage]));
    expect(checkpoint.tensors.get('t')).toMatchObject({ dtype: 'F32', shape: [2, 2] });
    await checkpoint.close();
  });

  it.each<[string, Parameters<typeof tensorPickle>[0], string]>([
    ['starts outside its storage', { ...view, offset: 1 }, 'reaches element 4 of 4'],
    ['starts at a negative element', { ...view, offset: -1 }, 'impossible shape'],
    ['strides outside its storage', { ...view, strides: [3, 1] }, 'reaches element 4 of 4'],
    ['strides backwards', { ...view, offset: 3, strides: [-2, -1] }, 'impossible shape'],
    ['strides further than numbers go', { ...view, strides: [2 ** 53, 1] }, 'integer'],
    ['has more strides than sizes', { ...view, strides: [2, 1, 1] }, 'impossible shape'],
    ['has a negative size', { ...view, shape: [-2, -2] }, 'impossible shape'],
    ['has a size that overflows', { ...view, shape: [2 ** 40, 2 ** 40] }, 'impossible shape'],
    [
      'has more dimensions than any',
      { ...view, shape: Array(100).fill(1), strides: Array(100).fill(1) },
      'impossible shape',
    ],
    [
      'repeats a few values many times',
      { ...view, shape: [1_000, 1_000], strides: [0, 0] },
      'expands storage 0 to 1000000',
    ],
    ['has a storage of another size', { ...view, elements: 5 }, '16 bytes long'],
    ['has a storage of negative size', { ...view, elements: -4 }, 'persistent id'],
    ['has a storage of unknown type', { ...view, type: 'QInt8Storage' }, 'imports torch.QInt8Storage'],
  ])('with a tensor that %s is refused', async (_what, tensor, message) => {
    expect(await refusal(torchFile(tensorPickle(tensor), [storage]))).toContain(message);
  });

  it.each<[string, Buffer, string]>([
    ['is empty', Buffer.alloc(0), 'ends in the middle'],
    ['ends in an opcode', tensorPickle(view).subarray(0, 60), 'ends in the middle'],
    ['has no end', pickle('}').subarray(0, -1), 'ends in the middle'],
    ['is of protocol 0', Buffer.from('(dp0\n.'), 'opcode 0x64'],
    ['is of protocol 9', Buffer.from('\x80\x09}.', 'latin1'), 'protocol 9'],
    ['is no dict', pickle(push('hello')), 'holds no state dict'],
    ['has a value that is no tensor', pickle('}', push('t'), push(1), 's'), 'under "t"'],
    ['has a key that is no string', pickle('}', push(['t']), push(1), 's'), 'key that is no string'],
    ['takes from an empty stack', pickle('0'), 'empty stack'],
    ['takes from below a mark', pickle('}(', push('t'), 's'), 'empty stack'],
    ['ends a mark that is not there', pickle('t'), 'mark that is not there'],
    ['recalls what it never stored', pickle('h\x05'), 'recalls the value 5'],
    ['appends to a tuple', pickle(')', push(1), 'a'), 'no list'],
    ['sets items of a list', pickle(']', push('t'), push(1), 's'), 'no dict'],
    ['has an odd number of items', pickle('}(', push('t'), 'u'), 'no dict'],
    ['calls a storage type', pickle(global('torch', 'FloatStorage'), ')R'), 'no function'],
    ['calls a tuple', pickle('))R'), 'no function'],
    ['calls without arguments', pickle(global('collections', 'OrderedDict'), 'NR'), 'without a tuple'],
    ['sets the state of a tuple', pickle(')}b'), 'no dict'],
    ['has a foreign persistent id', pickle(push(['module', 'os', 'system', 'cpu', 1]), 'Q'), 'persistent id'],
    [
      'has a storage key that climbs out',
      pickle('(', push('storage'), global('torch', 'FloatStorage'), push('../0'), push('cpu'), push(1), 'tQ'),
      'strange name',
    ],
    ['has a string beyond its end', pickle('X\xff\xff\xff\x7f'), 'string of 2147483647'],
    ['has a string of 2^64 - 1 bytes', pickle('\x8d\xff\xff\xff\xff\xff\xff\xff\xff'), 'has a string of'],
    ['has a long string', pickle(push('x'.repeat(100_000))), 'string of 100000'],
    ['has a string that is not UTF-8', pickle('X\x01\0\0\0\xff'), 'not UTF-8'],
    ['has a number of 255 bytes', pickle('\x8a\xff', Buffer.alloc(255, 1)), 'integer of 255 bytes'],
    ['has a number of 2^31 bytes', pickle('\x8b\x00\x00\x00\x80'), 'integer of 2147483648 bytes'],
    ['has a number beyond 2^53', pickle('\x8a\x08', Buffer.alloc(8, 0x7f)), 'has the integer'],
    ['makes an instance of something that is no class', pickle('))\x81'), 'no function'],
    ['uses the extension registry', pickle('\x82\x01'), 'opcode 0x82'],
    ['is nested a million deep in marks', pickle('('.repeat(1_000_000)), 'deep'],
    ['is nested a million deep in tuples', pickle(')', '\x85'.repeat(1_000_000)), 'no state dict'],
    ['nests lists a million deep', pickle(']'.repeat(90_000), 'a'.repeat(89_999)), 'no state dict'],
    ['fills the stack', pickle('N'.repeat(1_000_000)), 'values at once'],
    ['has millions of opcodes', pickle('N0'.repeat(3_000_000)), 'opcodes'],
    ['doubles a tuple a thousand times', pickle(')', 'q\0h\0\x86'.repeat(1_000)), 'no state dict'],
    ['contains itself', pickle(']q\0h\0a'), 'no state dict'],
  ])('that %s is refused', async (_what, bytes, message) => {
    expect(await refusal(torchFile(bytes, [storage]))).toContain(message);
  });

  it('longer than any state dict is refused before it is read', async () => {
    expect(await refusal(torchFile(Buffer.alloc(17 * 2 ** 20)))).toContain('bytes long');
  });
});
