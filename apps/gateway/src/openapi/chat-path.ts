import { headerRefs } from './headers.js';
import { refTo } from './schema-components.js';
import { tinyPng } from './tiny-png.js';

const error = {
  description: 'An error in the shape that OpenAI’s clients read, with a code of this API.',
  headers: headerRefs(['RateLimit', 'RateLimit-Policy', 'Retry-After']),
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['error'],
        properties: {
          error: {
            type: 'object',
            required: ['message', 'type', 'param', 'code'],
            properties: {
              message: { type: 'string' },
              type: { type: 'string' },
              param: { type: ['string', 'null'] },
              code: { type: 'string' },
            },
          },
        },
      },
    },
  },
};

/** `/v1/chat/completions`, whose answers and errors are those of OpenAI's API. */
export const chatPath = {
  '/v1/chat/completions': {
    post: {
      operationId: 'createChatCompletion',
      tags: ['Chat'],
      summary: 'Ask about an image as OpenAI’s clients do',
      description:
        'The conversation has one image. Its last text is a question where a model that answers is served; else the image is captioned.',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: refTo('ChatRequest'),
            example: {
              model: 'blipq',
              messages: [
                {
                  role: 'user',
                  content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${tinyPng}` } }],
                },
              ],
            },
          },
        },
      },
      responses: {
        200: {
          description: 'The caption or answer; with `stream` as server-sent events that end with `[DONE]`.',
          headers: headerRefs(['RateLimit', 'RateLimit-Policy']),
          content: {
            'application/json': { schema: refTo('ChatCompletion') },
            'text/event-stream': { schema: { type: 'string' } },
          },
        },
        '4XX': error,
        '5XX': error,
      },
    },
  },
};
