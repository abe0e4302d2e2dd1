import { useState } from 'preact/hooks';

interface KeyFormProps {
  /** Whether a key was given that the server does not know. */
  isWrong: boolean;
  onKey(key: string): void;
}

export function KeyForm({ isWrong, onKey }: KeyFormProps) {
  const [key, setKey] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (key.trim() !== '') onKey(key.trim());
  };
  return (
    <form class="panel key-form" onSubmit={submit}>
      <h2>This server wants an API key</h2>
      {isWrong && <p class="bad">It does not know the key that was given.</p>}
      <label for="api-key">API key</label>
      <div class="row">
        <input
          id="api-key"
          type="password"
          autoComplete="off"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          Use it
        </button>
      </div>
      <p class="quiet">It stays in this tab and is forgotten when the tab is closed.</p>
    </form>
  );
}
