import type { ServicePart } from './run-service.js';

/** Parts that do not need each other to start, as one: started at the same time, stopped one by one in reverse. */
export function together(parts: readonly ServicePart[]): ServicePart {
  return {
    async start() {
      await Promise.all(parts.map((part) => part.start()));
    },
    async stop() {
      for (const part of parts.toReversed()) await part.stop();
    },
  };
}
