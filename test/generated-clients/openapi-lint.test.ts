import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../apps/gateway/src/openapi/document.js';

describe.each([true, false])('the OpenAPI document, with keys required: %s', (keysRequired) => {
  const document = openApiDocument({ keysRequired });

  test('has no error of Redocly’s recommended rules', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const found = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
    const errors = found.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  });

  test('has no error of Spectral’s recommended rules', async () => {
    const spectral = new spectralCore.Spectral();
    spectral.setRuleset({ extends: [[spectralRulesets.oas as RulesetDefinition, 'recommended']] });
    const found = await spectral.run(JSON.parse(JSON.stringify(document)));
    const errors = found.filter(({ severity }) => severity === 0);
    expect(errors.map(({ code, message, path }) => [code, message, path.join('/')])).toEqual([]);
  });
});
