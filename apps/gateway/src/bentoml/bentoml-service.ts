/** The names of BentoBlip's service and of its one API, in its schema, its headers and its metrics. */
export const bentomlService = { name: 'BlipImageCaptioning', api: 'generate' };
