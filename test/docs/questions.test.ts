import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { documents, headingsOf, readDocument, targetsOf } from '../../tools/documents.mjs';

/**
 * What people who caption, serve models or scale workers have asked in the trackers of other projects, and the heading
 * under which a reader finds the answer here.
 */
const questions = [
  [
    'bentoml/BentoML#4789',
    'My requests time out although the setting allows more. How do I wait for a slow model?',
    'Wait',
  ],
  ['bentoml/Yatai#156', 'Can I submit a request, get an id and fetch the result later?', 'Submit an image'],
  ['bentoml/BentoML#3200', 'Under load I get 503. Is that an error, and what do I do?', 'queue_full'],
  ['bentoml/OpenLLM#1201', 'How do I protect the endpoint with API keys?', 'Keys'],
  ['bentoml/BentoML#2603', 'Which machine does a service need?', 'Size and scale'],
  ['replicate/replicate-javascript#195', 'How do I set a webhook, and how do I validate it?', 'Verify'],
  ['replicate/replicate-javascript#321', 'My webhooks stopped. How do I find out why?', 'Test a receiver'],
  ['replicate/cog#905', 'The first call timed out. Is it made twice if I call again?', 'Repeat safely'],
  ['replicate/cog#2212', 'How do I cancel a prediction that waits or runs?', 'States'],
  ['bmaltais/kohya_ss#2179', 'How do I caption a folder of images for training?', 'Caption a folder of photographs'],
  ['bmaltais/kohya_ss#2515', 'Which image formats are read: WebP, HEIC?', 'Images'],
  ['salesforce/LAVIS#713', 'A caption repeats the same words. How do I avoid that?', 'Words that may not occur'],
  ['salesforce/BLIP#64', 'How do I get several captions of one image?', 'Several captions'],
  ['salesforce/BLIP#37', 'I fine-tuned BLIP on my own images. How do I serve it?', 'Serve a model or your fine-tune'],
  ['salesforce/LAVIS#520', 'How do I export BLIP to ONNX?', '1. Two graphs, with the decode loop inside'],
  ['salesforce/BLIP#96', 'Why do two programs caption one image differently?', 'Precision and device'],
  ['guardrails-ai/guardrails#769', 'How do I run a model from the Hub without a network?', 'Without a network'],
  ['kedacore/keda#3674', 'Scaling down kills pods in mid-work. Is the work lost?', 'What a stop does'],
  ['kedacore/keda#1064', 'How do workers scale from zero by the length of a queue?', 'Scale workers by demand'],
  ['taskforcesh/bullmq#631', 'A job stalled or stays active. What do I do?', 'Debug stuck work'],
] as const;

/** Questions whose page is still to be written. The list only shrinks. */
const unanswered: string[] = [];

/** The documents that are at most so many clicks away from the README. */
function within(clicks: number): string[] {
  const all = new Set(documents());
  const seen = new Set(['README.md']);
  for (let click = 0; click < clicks; click++) {
    for (const path of [...seen]) {
      for (const target of targetsOf(readDocument(path).tree)) {
        const [file = ''] = target.split('#');
        const place = posix.join(posix.dirname(path), file);
        for (const page of [place, posix.join(place, 'README.md')]) if (file && all.has(page)) seen.add(page);
      }
    }
  }
  return [...seen];
}

const near = within(3);
const headings = new Set(near.flatMap((path) => headingsOf(readDocument(path).tree).map(({ text }) => text)));

test('twenty questions are asked, each of them once', () => {
  expect(new Set(questions.map(([, question]) => question)).size).toBe(20);
  expect(new Set(questions.map(([, , heading]) => heading)).size).toBe(20);
});

test.each(questions)('%s: “%s” is answered under “%s”, at most three clicks from the README', (asked, _, heading) => {
  expect(headings.has(heading)).toBe(!unanswered.includes(asked));
});

test('every page of docs/ is at most three clicks from the README', () => {
  expect(documents().filter((path) => path.startsWith('docs/') && !near.includes(path))).toEqual([]);
});
