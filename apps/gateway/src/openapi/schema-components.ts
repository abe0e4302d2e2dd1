import {
  answerJson,
  answerPage,
  answerResource,
  batchPage,
  batchResource,
  batchResult,
  batchSummary,
  captionJson,
  captionPage,
  captionParams,
  captionResource,
  deliveryPage,
  deliveryResource,
  eventTokenJson,
  eventTokenResource,
  imageInput,
  matchJson,
  matchPage,
  matchResource,
  pingEvent,
  problemDetails,
  webhookEvent,
  webhookSecretResource,
  webhookTestJson,
  webhookTestResource,
} from '@blipq/contracts';
import { z } from 'zod';
import { modelPage, modelResource } from '../answer/model-resource.js';
import { answerItem, batchJson, batchLine, captionItem, matchItem } from '../request/batch-json.js';
import { chatCompletionObject, chatRequest } from '../request/chat-request.js';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The schemas that have a name in the document. They are the very objects that requests are parsed with. */
const inputs = {
  CaptionRequest: captionJson,
  AnswerRequest: answerJson,
  MatchRequest: matchJson,
  ImageInput: imageInput,
  CaptionItem: captionItem,
  AnswerItem: answerItem,
  MatchItem: matchItem,
  BatchRequest: batchJson,
  BatchLine: batchLine,
  ChatRequest: chatRequest,
  WebhookTestRequest: webhookTestJson,
  EventTokenRequest: eventTokenJson,
};
const outputs = {
  Caption: captionResource,
  CaptionPage: captionPage,
  Answer: answerResource,
  AnswerPage: answerPage,
  Match: matchResource,
  MatchPage: matchPage,
  CaptionParams: captionParams,
  Batch: batchResource,
  BatchResult: batchResult,
  BatchSummary: batchSummary,
  BatchPage: batchPage,
  Delivery: deliveryResource,
  DeliveryPage: deliveryPage,
  WebhookSecret: webhookSecretResource,
  WebhookTest: webhookTestResource,
  EventToken: eventTokenResource,
  Model: modelResource,
  ModelPage: modelPage,
  CaptionWebhook: webhookEvent.options[0],
  AnswerWebhook: webhookEvent.options[1],
  MatchWebhook: webhookEvent.options[2],
  BatchWebhook: webhookEvent.options[3],
  PingWebhook: pingEvent,
  ChatCompletion: chatCompletionObject,
  Problem: problemDetails,
};
export type ComponentName = keyof typeof inputs | keyof typeof outputs;

/** The `components.schemas` of the document (JSON Schema 2020-12, which OpenAPI 3.1 is a dialect of). */
export function schemaComponents(): Record<string, JsonSchema> {
  return { ...converted(inputs, 'input'), ...converted(outputs, 'output') };
}

export function refTo(name: ComponentName): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** A schema that has no name of its own in the document. */
export function inline(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function converted(schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: all } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(all).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema as JsonSchema]),
  );
}
