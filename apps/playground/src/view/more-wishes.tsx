import type { Kind } from '@blipq/client';
import type { ModelOnOffer } from '../cards/connection.js';
import type { Wishes } from '../cards/wishes.js';

interface MoreWishesProps {
  kind: Kind;
  models: ModelOnOffer[];
  matcher: boolean;
  wishes: Wishes;
  onWish(changes: Partial<Wishes>): void;
}

const most = 8;

/** What few people change, folded away. */
export function MoreWishes({ kind, models, matcher, wishes, onWish }: MoreWishesProps) {
  const { model, beams, candidates, sample, alt, match, badWords, length } = wishes;
  return (
    <details class="more">
      <summary>More options</summary>
      <div class="grid">
        <div class="field wide">
          <label for="model">Model</label>
          <select id="model" value={model} onChange={(event) => onWish({ model: event.currentTarget.value })}>
            <option value="">{models[0] ? `the newest: ${models[0].id}` : 'none is served'}</option>
            {models.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </div>
        {kind !== 'matches' && (
          <>
            <NumberField
              label="Beams"
              value={sample ? 1 : beams}
              disabled={sample}
              onChange={(value) => onWish({ beams: value, candidates: Math.min(candidates, value) })}
            />
            {kind === 'captions' && (
              <NumberField
                label="Candidates"
                value={candidates}
                onChange={(value) => onWish({ candidates: value, ...(!sample && { beams: Math.max(beams, value) }) })}
              />
            )}
            <TextField
              label="Tokens at most"
              value={length}
              usual="as the model has it"
              onChange={(value) => onWish({ length: value })}
            />
            <div class="field wide">
              <label for="bad-words">Blocked words, with commas between</label>
              <input
                id="bad-words"
                value={badWords}
                onInput={(event) => onWish({ badWords: event.currentTarget.value })}
              />
            </div>
            {kind === 'captions' && (
              <>
                <CheckField label="As alternative text" value={alt} onChange={(value) => onWish({ alt: value })} />
                {matcher && (
                  <CheckField
                    label="Say how well it fits"
                    value={match}
                    onChange={(value) => onWish({ match: value })}
                  />
                )}
              </>
            )}
            <CheckField label="Sample" value={sample} onChange={(value) => onWish({ sample: value })} />
            {sample && <SamplingFields wishes={wishes} onWish={onWish} />}
          </>
        )}
      </div>
    </details>
  );
}

function SamplingFields({ wishes, onWish }: Pick<MoreWishesProps, 'wishes' | 'onWish'>) {
  const fields = [
    ['temperature', 'Temperature', '1'],
    ['topK', 'Top k', '50'],
    ['topP', 'Top p', '1'],
    ['seed', 'Seed', 'a new one'],
  ] as const;
  return (
    <>
      {fields.map(([name, label, usual]) => (
        <TextField
          key={name}
          {...{ label, usual }}
          value={wishes[name]}
          onChange={(value) => onWish({ [name]: value })}
        />
      ))}
    </>
  );
}

interface FieldProps<T> {
  label: string;
  value: T;
  onChange(value: T): void;
  disabled?: boolean;
}

function NumberField({ label, value, onChange, disabled = false }: FieldProps<number>) {
  const id = label.toLowerCase();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      >
        {Array.from({ length: most }, (_, i) => (
          <option key={i} value={i + 1}>
            {i + 1}
          </option>
        ))}
      </select>
    </div>
  );
}

function TextField({ label, value, usual, onChange }: FieldProps<string> & { usual: string }) {
  const id = label.toLowerCase().replaceAll(' ', '-');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        inputMode="decimal"
        placeholder={usual}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}

function CheckField({ label, value, onChange }: FieldProps<boolean>) {
  return (
    <label class="check wide">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
    </label>
  );
}
