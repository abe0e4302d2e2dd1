import type { NextFunction, Request, Response } from 'express';
import { bentomlRequestId } from '../answer/request-id.js';

/** The names that BentoBlip's service and its one API have, in its schema, its headers and its metrics. */
export const serviceName = 'BlipImageCaptioning';
export const apiName = 'generate';

/** The headers that BentoML puts on the answers of its API and task routes. */
export function bentomlHeaders(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('Server', `BentoML Service/${serviceName}`);
  res.setHeader('X-BentoML-Request-ID', bentomlRequestId(res.locals.requestId));
  next();
}

/**
 * `/schema.json`, which the Python client builds its methods from. A client takes `is_task: true` as "may be called
 * and has submit, get_status, get, cancel and retry as well", so calling `client.generate(img=…)` works with either
 * form. The plain one is for clients that know no tasks.
 */
export function bentomlSchema(isTask: boolean) {
  const route = `/${apiName}`;
  const properties = {
    img: { format: 'image', pil: true, title: 'Img', type: 'file' },
    txt: { default: null, title: 'Txt', type: 'string' },
  };
  const api = {
    name: apiName,
    route,
    batchable: false,
    input: { properties, required: ['img'], title: 'Input', type: 'object' },
    output: { type: 'string' },
    is_task: isTask,
  };
  return { name: serviceName, type: 'service', routes: [api], paths: { [route]: { mounted: false } } };
}
