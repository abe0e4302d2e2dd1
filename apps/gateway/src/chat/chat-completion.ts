import type { CaptionResult, WorkResource } from '@blipq/contracts';
import type { Response } from 'express';
import { eventStreamHeaders } from '../answer/stream-events.js';

interface Completion {
  work: WorkResource;
  model: string;
  /** Tokens that the model read. */
  textTokens: number;
  stream: boolean;
  includeUsage: boolean;
}

/** Answers with the work's text as OpenAI's API does: as one object, or as a stream of chunks. */
export function chatCompletion(res: Response, { work, model, textTokens, stream, includeUsage }: Completion): void {
  const { text, tokens } = resultOf(work);
  const usage = {
    prompt_tokens: textTokens,
    completion_tokens: tokens.length,
    total_tokens: textTokens + tokens.length,
  };
  const finish_reason = 'params' in work && tokens.length >= work.params.max_new_tokens ? 'length' : 'stop';
  const created = Math.floor(Date.parse(work.created_at) / 1000);
  const common = { id: `chatcmpl-${work.id}`, created, model, system_fingerprint: work.revision };
  if (!stream) {
    const message = { role: 'assistant', content: text, refusal: null };
    const choices = [{ index: 0, message, logprobs: null, finish_reason }];
    return void res.json({ ...common, object: 'chat.completion', choices, usage });
  }
  res.writeHead(200, eventStreamHeaders);
  const chunk = (choices: object[], more: object = {}) =>
    res.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...more })}\n\n`);
  const choice = (delta: object, finish_reason: string | null) => [{ index: 0, delta, logprobs: null, finish_reason }];
  const pending = includeUsage ? { usage: null } : {};
  chunk(choice({ role: 'assistant', content: '' }, null), pending);
  chunk(choice({ content: text }, null), pending);
  chunk(choice({}, finish_reason), pending);
  if (includeUsage) chunk([], { usage });
  res.end('data: [DONE]\n\n');
}

function resultOf(work: WorkResource): Pick<CaptionResult, 'text' | 'tokens'> {
  const result = work.object === 'answer' ? work.answers?.[0] : work.object === 'caption' ? work.caption : undefined;
  if (!result) throw new TypeError(`${work.id} has succeeded without a result`);
  return result;
}
