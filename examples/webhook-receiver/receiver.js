// Receives BlipQ's webhooks: verifies them, ignores repetitions, answers before the work is done.
//   BLIPQ_WEBHOOK_SECRET=whsec_… PORT=4000 node receiver.js
import { verifyWebhook, WebhookVerificationError } from '@blipq/client';
import express from 'express';

const { BLIPQ_WEBHOOK_SECRET, PORT = '4000' } = process.env;
if (!BLIPQ_WEBHOOK_SECRET) throw new Error('set BLIPQ_WEBHOOK_SECRET to the secret that BlipQ signs with');
// Two while the secret is being replaced, with a space between them.
const secrets = BLIPQ_WEBHOOK_SECRET.split(' ');

/** Ids that were taken. Keep them for a week, where they outlive the process: a message may come more than once. */
const taken = new Set();

const app = express();

// The signature is over the bytes as they were sent, so they must not be parsed before it is verified.
app.post('/hook', express.raw({ type: 'application/json', limit: '64kb' }), async (req, res) => {
  const event = await verifyWebhook(req.body, req.headers, secrets);
  const id = req.headers['webhook-id'];
  res.status(204).end();
  if (taken.has(id)) return;
  taken.add(id);
  handle(event);
});

app.use((error, _req, res, next) => {
  if (!(error instanceof WebhookVerificationError)) return next(error);
  res.status(400).type('text').send(error.message);
});

function handle({ type, data }) {
  // A test: POST /v1/webhooks/test.
  if (type === 'ping') return void process.stdout.write('ping\n');
  const what = data.caption?.text ?? data.error?.detail ?? data.state;
  process.stdout.write(`${type} ${data.id}: ${what}\n`);
}

const server = app.listen(Number(PORT), () => {
  process.stdout.write(`listening on port ${server.address().port}\n`);
});
