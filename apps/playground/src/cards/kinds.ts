import type { Kind } from '@blipq/client';

/** What the page says of each of the three things that BLIP does with an image. */
export interface KindWords {
  tab: string;
  /** The task of a model that does it. */
  task: 'captioning' | 'question_answering' | 'image_text_retrieval';
  lead: string;
  /** On the button. */
  run: string;
  /** A model of photographs on the Hugging Face Hub. */
  photographs: string;
}

export const kindWords: Readonly<Record<Kind, KindWords>> = {
  captions: {
    tab: 'Caption',
    task: 'captioning',
    lead: 'Images become sentences.',
    run: 'Caption',
    photographs: 'Salesforce/blip-image-captioning-large',
  },
  answers: {
    tab: 'Ask',
    task: 'question_answering',
    lead: 'Ask questions about images.',
    run: 'Ask',
    photographs: 'Salesforce/blip-vqa-base',
  },
  matches: {
    tab: 'Match',
    task: 'image_text_retrieval',
    lead: 'See how well texts fit images.',
    run: 'Match',
    photographs: 'Salesforce/blip-itm-base-coco',
  },
};

export const kinds = Object.keys(kindWords) as Kind[];
