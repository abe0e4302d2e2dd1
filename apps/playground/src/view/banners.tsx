import type { Kind } from '@blipq/client';
import { useEffect, useState } from 'preact/hooks';
import type { Connection, ModelOnOffer, Outage } from '../cards/connection.js';
import { kindWords } from '../cards/kinds.js';

interface BannersProps {
  connection: Connection;
  kind: Kind;
  /** The one that requests go to. */
  model: ModelOnOffer | undefined;
  /** Whether no model does what this tab is for. */
  isLacking: boolean;
}

const startLine = (kind: Kind) => `BLIPQ_MODEL=${kindWords[kind].photographs} npm start`;

/** What a person has to know before anything else. */
export function Banners({ connection, kind, model, isLacking }: BannersProps) {
  const { outage, failure, keyNeeded } = connection;
  const note = model?.model_note;
  return (
    <div class="banners" role="status">
      {outage && <OutageBanner outage={outage} />}
      {failure && !keyNeeded && (
        <p class="banner bad">
          <strong>The models cannot be read.</strong> {failure.message}
        </p>
      )}
      {isLacking && (
        <p class="banner">
          <strong>No model is served for this.</strong> This page looks again every few seconds. To serve one:{' '}
          <code>{startLine(kind)}</code>
        </p>
      )}
      {note && (
        <p class="banner note">
          <strong>{model.id}:</strong> {note} For photographs: <code>{startLine(kind)}</code>
        </p>
      )}
    </div>
  );
}

function OutageBanner({ outage: { kind, detail, until } }: { outage: Outage }) {
  const titles = { offline: 'Offline.', limited: 'Too many requests for now.', busy: 'The server is busy.' };
  return (
    <p class="banner bad">
      <strong>{titles[kind]}</strong> {detail} {until !== undefined && <Countdown until={until} />}
    </p>
  );
}

/** Not read aloud each second. */
function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil((until - now) / 1000);
  return <span aria-hidden="true">{left > 0 ? `Next try in ${left} s.` : 'Trying again …'}</span>;
}
