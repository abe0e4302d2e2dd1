import type { Kind } from '@blipq/client';
import type { GivenImage } from '../cards/card.js';
import type { Connection } from '../cards/connection.js';
import { csvRows, download, jsonLines } from '../cards/exports.js';
import { kindWords } from '../cards/kinds.js';
import type { Runs } from '../cards/runs.js';
import { CardView } from './card-view.js';

interface CardListProps {
  kind: Kind;
  runs: Runs;
  connection: Connection;
  onAsk(images: GivenImage[]): void;
}

export function CardList({ kind, runs, connection, onAsk }: CardListProps) {
  const cards = runs.of(kind);
  const made = cards.some(({ state }) => state === 'succeeded');
  const name = `blipq-${kind}`;
  return (
    <section aria-label="Results" class="results">
      <p class="visually-hidden" role="status">
        {runs.announcement}
      </p>
      {cards.length === 0 ? (
        <p class="empty">Nothing yet. What you make stays in this browser; the server keeps no history for you.</p>
      ) : (
        <>
          <div class="row results-head">
            <h2>Results</h2>
            {made && (
              <>
                <button type="button" onClick={() => download(`${name}.csv`, 'text/csv', csvRows(cards))}>
                  Save as CSV
                </button>
                <button type="button" onClick={() => download(`${name}.jsonl`, 'application/jsonl', jsonLines(cards))}>
                  Save as JSONL
                </button>
              </>
            )}
            <button type="button" onClick={() => runs.clear(kind)}>
              Clear
            </button>
          </div>
          <ul class="cards" aria-label={`${kindWords[kind].tab} results`}>
            {cards.map((card) => (
              <li key={card.key}>
                <CardView
                  card={card}
                  connection={connection}
                  onCancel={() => void runs.cancel(card)}
                  onRetry={() => void runs.retry(card)}
                  onAgain={() => onAsk([{ name: card.name, source: card.source! }])}
                  onRemove={() => runs.remove(card)}
                />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
