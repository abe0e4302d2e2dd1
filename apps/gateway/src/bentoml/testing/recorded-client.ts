import { once } from 'node:events';
import { connect } from 'node:net';

// The requests of BentoML's Python client (1.4.38 on httpx), byte for byte as a listening socket received them. Only
// the test fills in the host, the boundary and the parts that it varies.

const boundary = 'c756ed3d84494e08f8c4ddb62b4f9c3f';

export interface ClientOptions {
  /** Of the client; 1.4.38 by default. */
  version?: string;
  token?: string;
}

/** `txt` as the client's caller gave it; `undefined` leaves the argument out. */
export interface Call extends ClientOptions {
  txt?: string | null;
  path?: string;
  filename?: string;
  /** As guessed from the filename; `null` when there is nothing to guess from. */
  type?: string | null;
}

/** Python's `json.dumps`: everything beyond ASCII is escaped. */
function jsonDumps(value: string | null): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function head(method: string, path: string, { version = '1.4.38', token }: ClientOptions, body: string[] = []): string {
  const length = method === 'GET' || body.length > 0 ? [] : ['Content-Length: 0'];
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1:3000',
    ...length,
    'Accept: */*',
    'Accept-Encoding: gzip, deflate',
    'Connection: keep-alive',
    `User-Agent: BentoML HTTP Client/${version}`,
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...body,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** `client.generate(img=Path(…), txt=…)`: the fields that are not files come first, as JSON. */
export function callWithFile(image: Uint8Array, call: Call = {}): Buffer {
  const { txt, path = '/generate', filename = 'photo.jpg', type = 'image/jpeg' } = call;
  const text =
    txt === undefined ? '' : `--${boundary}\r\nContent-Disposition: form-data; name="txt"\r\n\r\n${jsonDumps(txt)}\r\n`;
  const contentType = type === null ? '' : `Content-Type: ${type}\r\n`;
  const body = Buffer.concat([
    Buffer.from(
      `${text}--${boundary}\r\nContent-Disposition: form-data; name="img"; filename="${filename}"\r\n${contentType}\r\n`,
    ),
    image,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const headers = [`Content-Length: ${body.length}`, `Content-Type: multipart/form-data; boundary=${boundary}`];
  return Buffer.concat([Buffer.from(head('POST', path, call, headers)), body]);
}

/** `client.generate(img='https://…', txt=…)`: a URL makes the form an urlencoded one, with the image first. */
export function callWithUrl(url: string, call: Call = {}): Buffer {
  const { txt, path = '/generate' } = call;
  const quoted = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
  const body = `img=${quoted(url)}${txt === undefined ? '' : `&txt=${quoted(jsonDumps(txt))}`}`;
  const headers = [`Content-Length: ${body.length}`, 'Content-Type: application/x-www-form-urlencoded'];
  return Buffer.from(head('POST', path, call, headers) + body);
}

/** Every other request of the client has no body: probes, the schema, and questions about a task. */
export function ask(method: 'GET' | 'POST' | 'PUT', path: string, options: ClientOptions = {}): Buffer {
  return Buffer.from(head(method, path, options));
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The body as JSON. Throws when it is not. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it expects.
  json(): any;
}

/** Sends the bytes over a connection of their own and reads one answer. */
export async function send(port: number, request: Uint8Array): Promise<Answer> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  let got = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    got = Buffer.concat([got, chunk]);
    const answer = parse(got);
    if (answer) return answer;
  }
  throw new Error(`the connection ended without a whole answer: ${got}`);
}

function parse(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [statusLine, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers['content-length'])) return undefined;
  const text = body.toString();
  return { status: Number(statusLine!.split(' ')[1]), headers, text, json: () => JSON.parse(text) };
}
