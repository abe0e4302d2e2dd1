import { BlipqError, invalidField, parseFields } from '@blipq/contracts';
import type { Request, Response } from 'express';
import { workJsonBytesMax } from './body-bytes-max.js';
import { type ChatRequest, chatRefused, chatRequest } from './chat-request.js';
import { mediaTypeOf } from './media-type.js';
import { readJsonBody } from './read-body.js';

/** A conversation as far as a model that sees one image can follow it. */
export interface ReadChat {
  model: string;
  image: { url: string };
  /** The last text of the user; empty when there is none. */
  text: string;
  tokensMax: number | undefined;
  stream: boolean;
  includeUsage: boolean;
}

/**
 * Reads a chat completion request: the one image that the conversation has, and the last thing that was said about it.
 *
 * @throws BlipqError `missing_image`, `invalid_params` (two images, tools, …), and what reading JSON throws
 */
export async function readChat(req: Request, res: Response): Promise<ReadChat> {
  if (mediaTypeOf(req) !== 'application/json') {
    throw new BlipqError('unsupported_media_type', 'Send application/json, as OpenAI’s clients do.');
  }
  const body = await readJsonBody(req, res, workJsonBytesMax);
  refuse(body);
  const request = parseFields(chatRequest, body);
  const users = request.messages.filter(({ role }) => role === 'user');
  const images = users.flatMap(imagesOf);
  if (images.length === 0) {
    const detail = 'No message has an image: send a content part of type image_url. Text alone cannot be answered.';
    throw new BlipqError('missing_image', detail, { errors: [{ field: 'messages', message: 'have no image' }] });
  }
  if (images.length > 1)
    throw invalidField('messages', `have ${images.length} images; send one, and ask again for others`);
  return {
    model: request.model,
    image: { url: images[0]! },
    text: users.map(textOf).findLast((text) => text !== '') ?? '',
    tokensMax: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage ?? false,
  };
}

function refuse(body: unknown): void {
  const { n, tools, functions, response_format, logprobs, modalities } = parseFields(chatRefused, body ?? {});
  if (n != null && n !== 1) throw invalidField('n', 'must be 1: an image has one caption');
  if (tools?.length) throw invalidField('tools', 'cannot be used: a caption calls nothing');
  if (functions?.length) throw invalidField('functions', 'cannot be used: a caption calls nothing');
  if (response_format && response_format.type !== 'text') throw invalidField('response_format', 'must be text');
  if (logprobs) throw invalidField('logprobs', 'are not given here; /v1/captions has them');
  if (modalities?.some((one) => one !== 'text')) throw invalidField('modalities', 'must be text');
}

type Message = ChatRequest['messages'][number];

function imagesOf({ content }: Message): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part) => {
    if (part.type !== 'image_url') return [];
    return [typeof part.image_url === 'string' ? part.image_url : part.image_url.url];
  });
}

function textOf({ content }: Message): string {
  if (!Array.isArray(content)) return (content ?? '').trim();
  return content
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join(' ')
    .trim();
}
