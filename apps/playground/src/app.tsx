import type { Kind } from '@blipq/client';
import { useEffect, useState } from 'preact/hooks';
import type { GivenImage } from './cards/card.js';
import type { Connection } from './cards/connection.js';
import { kinds, kindWords } from './cards/kinds.js';
import type { Runs } from './cards/runs.js';
import { askedBy, noWishes } from './cards/wishes.js';
import icon from './icon.svg';
import { Banners } from './view/banners.js';
import { CardList } from './view/card-list.js';
import { Composer } from './view/composer.js';
import { KeyForm } from './view/key-form.js';
import { Tabs } from './view/tabs.js';
import { useChanges } from './view/use-changes.js';

const tabId = (kind: Kind) => kindWords[kind].tab.toLowerCase();
const kindInAddress = () => kinds.find((kind) => `#${tabId(kind)}` === location.hash) ?? 'captions';
/** How often the models are asked for while there is none to use. */
const modelsEveryMs = 4_000;

export function App({ connection, runs }: { connection: Connection; runs: Runs }) {
  const [kind, setKind] = useState<Kind>(kindInAddress);
  const [wishes, setWishes] = useState(noWishes);
  useChanges(connection);
  useChanges(runs);
  useEffect(() => {
    const follow = () => setKind(kindInAddress());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);

  const { models, keyNeeded, server } = connection;
  const served = models?.filter(({ task, retired }) => task === kindWords[kind].task && !retired);
  const isLacking = served?.length === 0;
  useEffect(() => {
    if (!isLacking) return;
    const timer = setInterval(() => void connection.readModels(), modelsEveryMs);
    return () => clearInterval(timer);
  }, [isLacking, connection]);

  const model = served?.find(({ id }) => id === wishes.model) ?? served?.[0];
  const ask = (images: GivenImage[]) => runs.add(kind, images, askedBy(kind, wishes, served ?? []));
  return (
    <>
      <header class="top">
        <h1>
          <img src={icon} alt="" width="28" height="28" /> BlipQ playground
        </h1>
        <nav aria-label="Elsewhere">
          <a href={`${server}/docs/`}>Documents</a> <a href={`${server}/`}>API</a>
        </nav>
      </header>
      <main>
        <Tabs kind={kind} onChoose={(chosen) => (location.hash = tabId(chosen))} />
        <div role="tabpanel" id="panel" aria-labelledby={`tab-${kind}`}>
          <Banners connection={connection} kind={kind} model={model} isLacking={isLacking} />
          {keyNeeded ? (
            <KeyForm
              isWrong={connection.apiKey !== undefined}
              onKey={(key) => {
                connection.useKey(key);
                runs.keyGiven();
              }}
            />
          ) : (
            <Composer
              kind={kind}
              models={served}
              matcher={models?.some(({ task, retired }) => task === 'image_text_retrieval' && !retired) ?? false}
              hasExamples={Boolean(model?.model_note)}
              wishes={wishes}
              onWish={(changes) => setWishes((before) => ({ ...before, ...changes }))}
              onAsk={ask}
            />
          )}
          <CardList kind={kind} runs={runs} connection={connection} onAsk={ask} />
        </div>
      </main>
    </>
  );
}
