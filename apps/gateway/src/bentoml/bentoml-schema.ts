import { bentomlService } from './bentoml-service.js';

/**
 * `/schema.json`, which the Python client builds its methods from. A client takes `is_task: true` as "may be called
 * and has submit, get_status, get, cancel and retry as well", so calling `client.generate(img=…)` works with either
 * form. The plain one is for clients that know no tasks.
 */
export function bentomlSchema(isTask: boolean) {
  const route = `/${bentomlService.api}`;
  const properties = {
    img: { format: 'image', pil: true, title: 'Img', type: 'file' },
    txt: { default: null, title: 'Txt', type: 'string' },
  };
  const api = {
    name: bentomlService.api,
    route,
    batchable: false,
    input: { properties, required: ['img'], title: 'Input', type: 'object' },
    output: { type: 'string' },
    is_task: isTask,
  };
  return { name: bentomlService.name, type: 'service', routes: [api], paths: { [route]: { mounted: false } } };
}
