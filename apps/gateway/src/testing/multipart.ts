/** One part of a form. A part with a filename is a file. `name: null` leaves the name out. */
export interface Part {
  name: string | null;
  value: Uint8Array | string;
  filename?: string;
  type?: string;
}

export interface Body {
  body: Uint8Array;
  headers: Record<string, string>;
}

const boundary = 'blipq-test-boundary';

/** A multipart/form-data body, byte by byte, so that tests can also send bodies that no library would. */
export function multipart(parts: Part[]): Body {
  const chunks = parts.flatMap(({ name, value, filename, type }) => {
    const disposition = [
      'form-data',
      ...(name === null ? [] : [`name="${name}"`]),
      ...(filename === undefined ? [] : [`filename="${filename}"`]),
    ].join('; ');
    const header = `--${boundary}\r\nContent-Disposition: ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n`;
    return [Buffer.from(header), Buffer.from(value), Buffer.from('\r\n')];
  });
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

/** A form with one image and text fields. */
export function imageForm(field: string, image: Uint8Array, texts: Record<string, string | Uint8Array> = {}): Body {
  return multipart([
    ...Object.entries(texts).map(([name, value]) => ({ name, value })),
    { name: field, value: image, filename: 'image.jpg', type: 'image/jpeg' },
  ]);
}

/** A body as it is. */
export function rawBody(body: string | Uint8Array, contentType?: string, more: Record<string, string> = {}): Body {
  return { body: Buffer.from(body), headers: { ...(contentType && { 'content-type': contentType }), ...more } };
}
