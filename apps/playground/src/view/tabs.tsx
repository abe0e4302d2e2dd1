import type { Kind } from '@blipq/client';
import { kinds, kindWords } from '../cards/kinds.js';

/** By the ARIA pattern: one tab stop, arrow keys choose. */
export function Tabs({ kind, onChoose }: { kind: Kind; onChoose(kind: Kind): void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = kinds[(kinds.indexOf(kind) + step + kinds.length) % kinds.length]!;
    onChoose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="What to do with images" class="tabs" onKeyDown={onKeyDown}>
      {kinds.map((one) => (
        <button
          type="button"
          role="tab"
          key={one}
          id={`tab-${one}`}
          aria-selected={one === kind}
          aria-controls="panel"
          tabIndex={one === kind ? 0 : -1}
          onClick={() => onChoose(one)}
        >
          {kindWords[one].tab}
        </button>
      ))}
    </div>
  );
}
