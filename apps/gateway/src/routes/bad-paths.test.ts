import { describe } from 'vitest';
import { imageForm } from '../testing/multipart.js';
import { photo, type RefusedRequest, startGateway, testRefusals, unknownId } from '../testing/refused-requests.js';

const requests: RefusedRequest[] = [
  ['an unknown id', `GET /v1/captions/${unknownId}`, undefined, 404, 'not_found'],
  ['a malformed id', 'GET /v1/captions/42', undefined, 404, 'not_found'],
  ['an id in lower case', `GET /v1/captions/${unknownId.toLowerCase()}`, undefined, 404, 'not_found'],
  ['an id that tries to leave', 'GET /v1/captions/..%2f..%2fetc', undefined, 404, 'not_found'],
  ['an id that cannot be decoded', 'GET /v1/captions/%zz', undefined, 404, 'not_found'],
  ['an id with a NUL', 'GET /v1/captions/cap_%00', undefined, 404, 'not_found'],
  ['a very long id', `GET /v1/captions/${'A'.repeat(4000)}`, undefined, 404, 'not_found'],
  ['an unknown path', 'GET /v1/nothing', undefined, 404, 'not_found'],
  ['the root of the API', 'GET /v1', undefined, 404, 'not_found'],
  ['PUT on the collection', 'PUT /v1/captions', undefined, 405, 'method_not_allowed'],
  ['DELETE on the collection', 'DELETE /v1/captions', undefined, 405, 'method_not_allowed'],
  ['POST on a caption', `POST /v1/captions/${unknownId}`, undefined, 405, 'method_not_allowed'],
  ['PATCH on a caption', `PATCH /v1/captions/${unknownId}`, undefined, 405, 'method_not_allowed'],
  ['GET where a caption is canceled', `GET /v1/captions/${unknownId}/cancel`, undefined, 405, 'method_not_allowed'],
  ['GET where a caption is retried', `GET /v1/captions/${unknownId}/retry`, undefined, 405, 'method_not_allowed'],
  ['POST on the events', `POST /v1/captions/${unknownId}/events`, undefined, 405, 'method_not_allowed'],
  ['DELETE on the batches', 'DELETE /v1/batches', undefined, 405, 'method_not_allowed'],
  ['DELETE on a batch', `DELETE /v1/batches/${unknownId}`, undefined, 405, 'method_not_allowed'],
  ['POST on the models', 'POST /v1/models', undefined, 405, 'method_not_allowed'],
  ['an unknown model', 'GET /v1/models/none', undefined, 404, 'not_found'],
  ['an unknown batch', 'GET /v1/batches/bat_01ARZ3NDEKTSV4RRFFQ69G5FAV', undefined, 404, 'not_found'],
  ["a caption's id for a batch", `GET /v1/batches/${unknownId}`, undefined, 404, 'not_found'],
  ['deleting an unknown caption', `DELETE /v1/captions/${unknownId}`, undefined, 404, 'not_found'],
  ['canceling an unknown caption', `POST /v1/captions/${unknownId}/cancel`, undefined, 404, 'not_found'],
  ['retrying an unknown caption', `POST /v1/captions/${unknownId}/retry`, undefined, 404, 'not_found'],
  ['watching an unknown caption', `GET /v1/captions/${unknownId}/events`, undefined, 404, 'not_found'],
  ['an own id that is no ULID', 'PUT /v1/captions/cap_mine', imageForm('image', photo), 404, 'not_found'],
  [
    'an own id in lower case',
    `PUT /v1/captions/${unknownId.toLowerCase()}`,
    imageForm('image', photo),
    404,
    'not_found',
  ],
  ...[
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=',
    'limit=1&limit=2',
    'limit=1.5',
    'state=done',
    'state=',
    'states=queued',
    'cursor=',
  ].map(
    (query): RefusedRequest => [
      `the query ${query}`,
      `GET /v1/captions?${query}`,
      undefined,
      422,
      'invalid_params',
      query.split('=')[0],
    ],
  ),
  ['a cursor that we did not make', 'GET /v1/captions?cursor=abc', undefined, 422, 'invalid_params', 'cursor'],
];

describe('a bad path, method or query is refused and leaves nothing in Redis', () => {
  testRefusals(startGateway(), requests);
});
