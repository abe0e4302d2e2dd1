import { type Card, isCanceling, isOpen, pageOf, type Trouble } from '../cards/card.js';
import type { Connection } from '../cards/connection.js';
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

export function CardView({ card, connection, ...does }: CardViewProps) {
  const { key, name, state, thumbnail, resource, trouble } = card;
  return (
    <article class="card" aria-labelledby={`name-${key}`} aria-busy={isOpen(card)}>
      <div class="thumbnail">
        {thumbnail ? <img src={thumbnail} alt="" /> : <span aria-hidden="true">{extensionOf(name)}</span>}
      </div>
      <div class="card-body">
        <div class="card-head">
          <h3 id={`name-${key}`} title={name}>
            {name}
          </h3>
          <span class={`state state-${state}`} data-state={state}>
            {isCanceling(card) ? 'canceling' : state}
            {resource && resource.attempt > 1 && `, attempt ${resource.attempt}`}
          </span>
        </div>
        {resource?.state === 'succeeded' && <ResultView resource={resource} />}
        {trouble && <TroubleView trouble={trouble} server={connection.server} />}
        {resource?.timings && (
          <p class="quiet timings">
            {resource.model} · {duration(resource.timings.total_ms)} in all, {duration(resource.timings.inference_ms)}{' '}
            of them the model
            {resource.cached && ' · answered from a stored result'}
          </p>
        )}
        <CardActions {...{ card, connection, ...does }} />
      </div>
    </article>
  );
}

/** The server's words. */
function TroubleView({ trouble, server }: { trouble: Trouble; server: string }) {
  const page = pageOf(trouble, server);
  return (
    <div class="trouble">
      <p>{trouble.detail}</p>
      {trouble.errors.length > 0 && (
        <ul>
          {trouble.errors.map(({ field, message }, at) => (
            <li key={at}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {page && (
        <a href={page} target="_blank" rel="noreferrer">
          What to do about {trouble.code}
        </a>
      )}
    </div>
  );
}

function CardActions({ card, connection, onCancel, onRetry, onAgain, onRemove }: CardViewProps) {
  const { name, state, resource, source } = card;
  const actions = [
    isOpen(card) && !isCanceling(card) && { word: 'Cancel', act: onCancel },
    !isOpen(card) && state !== 'succeeded' && (resource || source) && { word: 'Retry', act: onRetry },
    state === 'succeeded' && source && { word: 'Again', act: onAgain },
    { word: 'Remove', act: onRemove },
  ];
  return (
    <div class="actions">
      {actions.map(
        (action) =>
          action && (
            <button
              type="button"
              class="small"
              key={action.word}
              onClick={action.act}
              aria-label={`${action.word} ${name}`}
            >
              {action.word}
            </button>
          ),
      )}
      <CopyAs card={card} connection={connection} />
    </div>
  );
}

const extensionOf = (name: string) => /\.(\w{1,5})$/.exec(name)?.[1]?.toUpperCase() ?? 'URL';

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
