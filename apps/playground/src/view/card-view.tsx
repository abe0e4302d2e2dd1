import { type Card, isOpen, pageOf } from '../work/card.js';
import type { Connection } from '../work/connection.js';
import { CopyAs } from './copy-as.js';
import { ResultView } from './result-view.js';

interface CardViewProps {
  card: Card;
  connection: Connection;
  onCancel(): void;
  onRetry(): void;
  onAgain(): void;
  onRemove(): void;
}

const stateNames: Record<Card['state'], string> = {
  waiting: 'waiting',
  sending: 'sending',
  queued: 'queued',
  processing: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
  expired: 'expired',
  refused: 'refused',
};

export function CardView({ card, connection, onCancel, onRetry, onAgain, onRemove }: CardViewProps) {
  const { key, name, state, thumbnail, resource, trouble, source } = card;
  const open = isOpen(card);
  return (
    <article class={`card is-${state}`} aria-labelledby={`name-${key}`} aria-busy={open}>
      <div class="thumbnail">
        {thumbnail ? <img src={thumbnail} alt="" /> : <span aria-hidden="true">{extensionOf(name)}</span>}
      </div>
      <div class="card-body">
        <div class="card-head">
          <h3 id={`name-${key}`} title={name}>
            {name}
          </h3>
          <span class={`state state-${state}`} data-state={state}>
            {stateNames[state]}
            {resource && resource.attempt > 1 && `, attempt ${resource.attempt}`}
          </span>
        </div>
        {resource?.state === 'succeeded' && <ResultView resource={resource} />}
        {trouble && (
          <div class="trouble">
            <p>{trouble.detail}</p>
            {trouble.errors.length > 0 && (
              <ul>
                {trouble.errors.map(({ field, message }) => (
                  <li key={field}>
                    <code>{field}</code> {message}
                  </li>
                ))}
              </ul>
            )}
            {pageOf(trouble, connection.server) && (
              <a href={pageOf(trouble, connection.server)} target="_blank" rel="noreferrer">
                What to do about {trouble.code}
              </a>
            )}
          </div>
        )}
        {resource?.timings && (
          <p class="quiet timings">
            {resource.model} · {duration(resource.timings.total_ms)} in all, {duration(resource.timings.inference_ms)}{' '}
            of them the model
            {resource.cached && ' · answered from a stored result'}
          </p>
        )}
        <div class="actions">
          {open && (
            <button type="button" class="small" onClick={onCancel} aria-label={`Cancel ${name}`}>
              Cancel
            </button>
          )}
          {!open && state !== 'succeeded' && (resource || source) && (
            <button type="button" class="small" onClick={onRetry} aria-label={`Retry ${name}`}>
              Retry
            </button>
          )}
          {state === 'succeeded' && source && (
            <button type="button" class="small" onClick={onAgain} aria-label={`Again, ${name}`}>
              Again
            </button>
          )}
          <button type="button" class="small" onClick={onRemove} aria-label={`Remove ${name}`}>
            Remove
          </button>
          <CopyAs card={card} connection={connection} />
        </div>
      </div>
    </article>
  );
}

const extensionOf = (name: string) => /\.(\w{1,5})$/.exec(name)?.[1]?.toUpperCase() ?? 'URL';

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
