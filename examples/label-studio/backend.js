// A machine learning backend of Label Studio: suggests captions in its image captioning template.
//   BLIPQ_URL=http://localhost:3000 LABEL_STUDIO_URL=http://localhost:8080 LABEL_STUDIO_API_KEY=… node backend.js
import { Blipq } from '@blipq/client';
import express from 'express';
import { fieldsOf } from './fields-of.js';

const { BLIPQ_URL = 'http://localhost:3000', BLIPQ_API_KEY, HOST = '127.0.0.1', PORT = '9090' } = process.env;
const { LABEL_STUDIO_URL = 'http://localhost:8080', LABEL_STUDIO_API_KEY } = process.env;
const blipq = new Blipq({ server: BLIPQ_URL, apiKey: BLIPQ_API_KEY });
const concurrency = 8;
const imageBytesMax = 20 * 2 ** 20;

const app = express();
app.use(express.json({ limit: '10mb' }));

app.get('/health', (_req, res) => void res.json({ status: 'UP', model_class: 'BlipQ' }));

app.post('/setup', async (req, res) => {
  fieldsOf(req.body.schema);
  const model = (await blipq.models()).find(({ task }) => task === 'captioning');
  if (!model) throw Object.assign(new Error(`${BLIPQ_URL} serves no captioning model`), { status: 503 });
  res.json({ model_version: model.id });
});

app.post('/predict', async (req, res) => {
  const { tasks = [], label_config: config } = req.body;
  const fields = fieldsOf(config);
  // Label Studio hangs up when it has waited long enough: nobody needs these captions then.
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const results = [];
  let next = 0;
  const take = async () => {
    while (next < tasks.length) {
      const at = next++;
      results[at] = await predict(tasks[at], fields, gone.signal);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, take));
  res.json({ results });
});

/** Another's trouble is no reason to suggest nothing for a task: one that fails gets no suggestion, and a line says why. */
async function predict({ id, data }, { textArea, image, variable }, signal) {
  try {
    const source = await imageOf(data[variable], signal);
    const { caption, model } = await blipq.caption(source, { signal });
    const value = { text: [caption.text] };
    const result = [{ from_name: textArea, to_name: image, type: 'textarea', value }];
    // Its score is the logarithm of a probability; Label Studio sorts tasks by a number from 0 to 1.
    return { result, score: Math.exp(caption.score), model_version: model };
  } catch (error) {
    if (!signal.aborted) process.stderr.write(`task ${id}: ${error.message}\n`);
    return { result: [], score: 0 };
  }
}

/** Files of Label Studio are fetched here, with its key; BlipQ itself fetches other images. */
async function imageOf(value, signal) {
  const url = new URL(value, LABEL_STUDIO_URL);
  if (url.origin !== new URL(LABEL_STUDIO_URL).origin) return url;
  const headers = LABEL_STUDIO_API_KEY ? { authorization: `Token ${LABEL_STUDIO_API_KEY}` } : {};
  const response = await fetch(url, { headers, signal });
  if (!response.ok) throw new Error(`Label Studio answers ${response.status} for ${url.pathname}: check its API key`);
  return bytesOf(response.body, url.pathname);
}

/** @throws Error as soon as there are more than BlipQ takes */
async function bytesOf(body, name) {
  const chunks = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > imageBytesMax) throw new Error(`${name} is larger than ${imageBytesMax} bytes`);
    chunks.push(chunk);
  }
  return new Blob(chunks);
}

app.use((error, _req, res, next) => {
  if (res.headersSent) return next(error);
  res.status(error instanceof Error && error.status < 500 && !error.code ? error.status : 503);
  res.json({ error: error.message });
});

const server = app.listen(Number(PORT), HOST, () => {
  process.stdout.write(`listening on port ${server.address().port}\n`);
});
