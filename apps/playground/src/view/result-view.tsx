import type { Kind, Resources } from '@blipq/client';
import { percent, type ToldToken, textParts } from '../cards/caption-words.js';

/** What was made of an image. */
export function ResultView({ resource }: { resource: Resources[Kind] }) {
  if (resource.object === 'caption') return <CaptionResultView caption={resource} />;
  if (resource.object === 'answer') {
    return (
      <dl class="answers">
        {resource.answers!.map((answer, at) => (
          <div key={at}>
            <dt>{answer.question}</dt>
            <dd>
              <ToldText text={answer.text} tokens={answer.tokens} />
              <Confidence value={answer.confidence} isLow={answer.low_confidence} />
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  const best = Math.max(...resource.matches!.map(({ probability }) => probability));
  return (
    <ul class="matches">
      {resource.matches!.map(({ text, probability, similarity }, at) => (
        <li key={at} class={probability === best ? 'best' : undefined}>
          <span>{text}</span>
          <Bar value={probability} label={`Fits: ${percent(probability)}`} />
          <span class="quiet">similarity {similarity.toFixed(2)}</span>
        </li>
      ))}
    </ul>
  );
}

function CaptionResultView({ caption: { caption, captions, match } }: { caption: Resources['captions'] }) {
  const { text, alt, tokens, confidence, low_confidence } = caption!;
  return (
    <>
      <ToldText text={text} tokens={tokens} />
      {alt !== null && (
        <p class="alt">
          <span class="quiet">alt</span> {alt}
        </p>
      )}
      <Confidence value={confidence} isLow={low_confidence} />
      {match && <Bar value={match.probability} label={`Fits the image: ${percent(match.probability)}`} />}
      {captions && captions.length > 1 && (
        <details>
          <summary>{captions.length} candidates</summary>
          <ol>
            {captions.map((one, at) => (
              <li key={at}>
                {one.text} <span class="quiet">{one.confidence !== null && percent(one.confidence)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
      <TokenTable tokens={tokens} />
    </>
  );
}

/** A text whose words say on hover how sure the model was of each. */
function ToldText({ text, tokens }: { text: string; tokens: readonly ToldToken[] }) {
  return (
    <p class="told">
      {text === '' && <span class="quiet">(no text)</span>}
      {textParts(text, tokens).map(({ text, token }, at) =>
        token ? (
          <span key={at} class={token.logprob < Math.log(0.5) ? 'token weak' : 'token'} data-tip={tipOf(token)}>
            {text}
          </span>
        ) : (
          text
        ),
      )}
    </p>
  );
}

const tipOf = ({ text, logprob }: ToldToken) => `${text} ${percent(Math.exp(logprob))}`;

/** The same for keyboards and screen readers. */
function TokenTable({ tokens }: { tokens: readonly ToldToken[] }) {
  return (
    <details>
      <summary>{tokens.length} tokens</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Token</th>
            <th scope="col">Probability</th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token, at) => (
            <tr key={at}>
              <td>
                <code>{token.text ?? token.id}</code>
              </td>
              <td>{percent(Math.exp(token.logprob))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Confidence({ value, isLow }: { value: number | null; isLow: boolean }) {
  if (value === null) return null;
  return <Bar value={value} label={`${isLow ? 'Unsure' : 'Confidence'}: ${percent(value)}`} isLow={isLow} />;
}

function Bar({ value, label, isLow = false }: { value: number; label: string; isLow?: boolean }) {
  return (
    <div class={isLow ? 'bar low' : 'bar'}>
      <progress max={1} value={value} aria-hidden="true" />
      <span>{label}</span>
    </div>
  );
}
