import { expect } from 'vitest';
import { type FileTensors, writeTensors } from '../checkpoint/testing/tensor-files.js';
import { ModelError } from '../model-error.js';
import { edited, type Files, type Json, modelPrint } from './model-print.js';
import { tinyModel } from './tiny-model.js';

// The folder of a small model, and what people, savers and downloads change about it.

export const tiny = await tinyModel();
export const weights = writeTensors(tiny.tensors);
export const whole: Files = { ...tiny.files, 'model.safetensors': weights };

export const HEAD = 'text_decoder.cls.predictions';
export const WORDS = 'text_decoder.bert.embeddings.word_embeddings.weight';
export const QUERY = 'text_decoder.bert.encoder.layer.0.attention.self.query';
export const numbers = (...shape: number[]) => ({
  dtype: 'F32',
  shape,
  data: new Uint8Array(4 * shape.reduce((product, side) => product * side, 1)),
});

/** The folder with some tensors changed. */
export function withTensors(change: (tensors: FileTensors) => void, more: Files = {}): Files {
  const tensors = new Map(tiny.tensors);
  change(tensors);
  return { ...tiny.files, 'model.safetensors': writeTensors(tensors), ...more };
}

/** The folder with one file of JSON changed. */
export function withJson(name: string, change: (json: Json) => unknown): Files {
  return { ...whole, [name]: edited(whole[name], change) };
}

export const without = (name: string, from: Files = whole): Files =>
  Object.fromEntries(Object.entries(from).filter(([file]) => file !== name));

export const merge = (fields: object) => (json: object) => ({ ...json, ...fields });
export const nested = (part: string, fields: object) => (json: Json) => ({
  ...json,
  [part]: { ...json[part], ...fields },
});

export async function expectRefusal(checkpoint: string, ...words: string[]): Promise<string> {
  const error = await modelPrint({ checkpoint }).then(
    () => expect.unreachable('it was taken'),
    (error) => error,
  );
  expect(error).toBeInstanceOf(ModelError);
  for (const word of words) expect(error.message.replaceAll(checkpoint, 'FOLDER')).toContain(word);
  return error.message;
}
