import { type BuiltGraphs, describeCheck } from '@blipq/blip';
import { inWords } from '@blipq/hub';
import type { ModelReport } from './model-command.js';

/** The route of a gateway that asks for each task. */
const serves: Readonly<Record<ModelReport['task'], string>> = {
  captioning: 'captions, at /v1/captions',
  question_answering: 'answers, at /v1/answers',
  image_text_retrieval: 'matches, at /v1/matches',
};

/** The report for people. */
export function reportText(report: ModelReport): string {
  const { task, imageSize } = report;
  const rows: [string, string][] = [
    ['task', task],
    ['serves', serves[task]],
    ['revision', report.revision],
    ...(report.commit === null ? [] : [['commit', report.commit] as [string, string]]),
    ['folder', report.folder],
    ...(report.adapterFolder === null ? [] : [['adapter', adapterText(report)] as [string, string]]),
    ['weights', `${report.weightFiles.join(', ')}; ${inWords(report.weightBytes)} as ${report.dtypes.join(', ')}`],
    ['tensors', `${report.tensors}, with ${inMillions(report.parameters)} parameters`],
    ['images', `${imageSize} × ${imageSize} pixels`],
    ['positions', `${report.positionsMax} tokens, prompt included`],
    ['generation', fields({ ...report.textConfig, ...report.generationConfig })],
    ...(report.built.length === 0
      ? [['graphs', 'none built yet; blipq model prepare builds them'] as [string, string]]
      : report.built.map((built) => ['graphs', graphsText(built)] as [string, string])),
  ];
  return [report.name, ...rows.map(([name, text]) => `  ${name.padEnd(12)}${text}`), ''].join('\n');
}

/** The report for programs, in the names of the API. */
export function reportJson(report: ModelReport): string {
  const graphs = report.built.map(({ folder, precision, device, check }) => ({
    folder,
    precision,
    device,
    check: check && {
      images: check.images,
      embedding_cosine: check.embeddingCosine,
      token_agreement: check.tokenAgreement,
      logprob_drift: check.logprobDrift,
      passed: check.passed,
    },
  }));
  const value = {
    model: report.name,
    revision: report.revision,
    commit: report.commit,
    folder: report.folder,
    ...(report.adapterFolder !== null && {
      adapter: {
        folder: report.adapterFolder,
        ...(report.adapter && { base: report.adapter.base, base_commit: report.adapter.baseCommit }),
      },
    }),
    task: report.task,
    weights: { files: report.weightFiles, bytes: report.weightBytes, dtypes: report.dtypes },
    tensors: report.tensors,
    parameters: report.parameters,
    image_size: report.imageSize,
    positions_max: report.positionsMax,
    generation_config: report.generationConfig,
    text_config: report.textConfig,
    graphs,
    ...(report.prepared !== undefined && { prepared: report.prepared }),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** An adapter, and what it is merged into. */
function adapterText({ adapterFolder, adapter }: ModelReport): string {
  const commit = adapter?.baseCommit ? ` at ${adapter.baseCommit}` : '';
  return adapter === undefined ? `${adapterFolder}` : `${adapterFolder}, merged into ${adapter.base}${commit}`;
}

function graphsText({ folder, precision, device, check }: BuiltGraphs): string {
  const where = `${precision} for ${device} in ${folder}`;
  if (check === null) return where;
  return `${where}; against fp32 on ${check.images} images: ${describeCheck(check)}: ${check.passed ? 'passed' : 'not passed'}`;
}

function fields(values: object): string {
  const words = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  return words.length === 0 ? "transformers' defaults" : words.join(', ');
}

function inMillions(count: number): string {
  return `${(count / 1e6).toFixed(1)} million`;
}
