/** The response headers of the document, by their names. */
export const headers = {
  ETag: { description: 'Changes whenever the resource does.', schema: { type: 'string' } },
  Location: { description: 'Where the new resource is.', schema: { type: 'string' } },
  'Preference-Applied': {
    description: 'The wait that was granted.',
    schema: { type: 'string', pattern: '^wait=\\d+$' },
  },
  'Idempotency-Replayed': { description: '`true` when this request created nothing.', schema: { const: 'true' } },
  RateLimit: { description: 'Requests left and seconds until the window ends.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'Requests and seconds of a window.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'string', pattern: '^\\d+$' } },
};
export type HeaderName = keyof typeof headers;

/** The `headers` of an answer that has these. */
export function headerRefs(names: HeaderName[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
