/** A server sends at least a comment every 15 s, so one that is silent for longer is gone. */
const silenceMaxMs = 45_000;

/** The data of server-sent events (WHATWG), each as JSON. Comments and other fields are left out. */
export async function* eventData(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const silent = setTimeout(() => void reader.cancel(), silenceMaxMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(silent));
      if (done) return;
      const events = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const data = /^data: ?(.*)$/m.exec(event)?.[1];
        if (data) yield JSON.parse(data);
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
