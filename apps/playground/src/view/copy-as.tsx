import { useState } from 'preact/hooks';
import type { Card } from '../cards/card.js';
import type { Connection } from '../cards/connection.js';
import { type SnippetName, snippet, snippetNames } from '../cards/snippets.js';

/** The card's request for a shell or a program: copied and shown. */
export function CopyAs({ card, connection }: { card: Card; connection: Connection }) {
  const [shown, setShown] = useState<SnippetName>();
  const [isCopied, setCopied] = useState(false);
  const { kind, name, source, asked } = card;
  const isUrl = typeof source === 'string';
  const text = (which: SnippetName) =>
    snippet(which, {
      ...{ kind, asked, isUrl, image: isUrl ? source : name },
      server: connection.server,
      withKey: connection.apiKey !== undefined,
    });
  const copy = async (which: SnippetName) => {
    setShown(which === shown ? undefined : which);
    setCopied(false);
    if (which === shown) return;
    // Pages that are not from this machine have no clipboard without https; the text is there to be selected.
    await navigator.clipboard?.writeText(text(which)).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <>
      <span class="copy-as">
        <span class="quiet">Copy as</span>
        {snippetNames.map((which) => (
          <button
            type="button"
            class="small"
            key={which}
            aria-expanded={shown === which}
            aria-label={`Copy ${name} as ${which}`}
            onClick={() => void copy(which)}
          >
            {which}
          </button>
        ))}
      </span>
      {shown && (
        <div class="snippet">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
          <pre tabIndex={0}>{text(shown)}</pre>
          <p class="quiet" role="status">
            {isCopied ? 'Copied.' : ''}
          </p>
        </div>
      )}
    </>
  );
}
