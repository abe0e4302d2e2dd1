import type { Kind } from '@blipq/client';
import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { type GivenImage, imagesMax } from '../cards/card.js';
import type { ModelOnOffer } from '../cards/connection.js';
import { kindWords } from '../cards/kinds.js';
import { linesOf, type Wishes } from '../cards/wishes.js';
import { ExampleImages } from './example-images.js';
import { MoreWishes } from './more-wishes.js';
import { PictureInputs } from './picture-inputs.js';
import { StagedPictures } from './staged-pictures.js';

interface ComposerProps {
  kind: Kind;
  /** That do what this tab is for; undefined while they are being read. */
  models: ModelOnOffer[] | undefined;
  /** Whether captions can be compared with their images. */
  matcher: boolean;
  /** Whether the model is one that knows the example images. */
  hasExamples: boolean;
  wishes: Wishes;
  onWish(changes: Partial<Wishes>): void;
  onAsk(images: GivenImage[]): void;
}

/** Where images are given and what is asked is said. Captions begin at once; questions wait for their button. */
export function Composer({ kind, models, matcher, hasExamples, wishes, onWish, onAsk }: ComposerProps) {
  const [staged, setStaged] = useState<GivenImage[]>([]);
  const [missing, setMissing] = useState('');
  const textArea = useRef<HTMLTextAreaElement>(null);

  const onPictures = (pictures: GivenImage[]) => {
    if (kind === 'captions') return onAsk(pictures);
    setMissing('');
    setStaged((before) => [...before, ...pictures].slice(-imagesMax));
  };
  const ask = (event: Event) => {
    event.preventDefault();
    const words = linesOf(kind === 'answers' ? wishes.questions : wishes.texts);
    if (words.length === 0) {
      setMissing(kind === 'answers' ? 'Write a question first.' : 'Write a text first.');
      textArea.current?.focus();
    } else if (staged.length === 0) setMissing('Choose an image first.');
    else {
      setMissing('');
      onAsk(staged);
    }
  };

  if (models === undefined) return <ComposerSkeleton />;
  return (
    <div class="panel composer">
      <section aria-label="Images" class="pictures">
        <PictureInputs onPictures={onPictures} />
        {hasExamples && <ExampleImages onImage={(one) => onPictures([one])} />}
        {kind !== 'captions' && (
          <StagedPictures pictures={staged} onRemove={(one) => setStaged(staged.filter((other) => other !== one))} />
        )}
      </section>
      <form aria-label={kindWords[kind].lead} class="wishes" onSubmit={ask}>
        <p class="lead">{kindWords[kind].lead}</p>
        <WordsField kind={kind} wishes={wishes} onWish={onWish} area={textArea} />
        {kind !== 'captions' && (
          <button type="submit" class="primary">
            {kindWords[kind].run}
          </button>
        )}
        <p class="bad" role="alert">
          {missing}
        </p>
        <MoreWishes kind={kind} models={models} matcher={matcher} wishes={wishes} onWish={onWish} />
      </form>
    </div>
  );
}

type WordsFieldProps = Pick<ComposerProps, 'kind' | 'wishes' | 'onWish'> & {
  area: RefObject<HTMLTextAreaElement | null>;
};

/** The prompt, the questions or the texts. */
function WordsField({ kind, wishes, onWish, area }: WordsFieldProps) {
  if (kind === 'captions') {
    return (
      <div class="field">
        <label for="prompt">Begin with</label>
        <input
          id="prompt"
          placeholder="a picture of"
          value={wishes.prompt}
          onInput={(event) => onWish({ prompt: event.currentTarget.value })}
        />
      </div>
    );
  }
  const [name, label, example] =
    kind === 'answers'
      ? (['questions', 'Questions, one on each line', 'what is in the picture?'] as const)
      : (['texts', 'Texts, one on each line', 'a dog on the grass\na cat on a sofa'] as const);
  return (
    <div class="field">
      <label for="words">{label}</label>
      <textarea
        id="words"
        ref={area}
        rows={3}
        placeholder={example}
        value={wishes[name]}
        onInput={(event) => onWish({ [name]: event.currentTarget.value })}
      />
    </div>
  );
}

function ComposerSkeleton() {
  return (
    <div class="panel composer skeleton" aria-busy="true">
      <p>Reading what this server does …</p>
    </div>
  );
}
