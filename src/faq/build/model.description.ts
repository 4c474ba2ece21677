import { basename } from 'node:path';
import type { ModelFolder, ModelIdentity } from '../../registry/model.kind.js';
import type { EmbeddingManifest } from '../../registry/model.manifest.js';
import type { Calibration, Figures } from './cross.validation.js';
import type { QuestionFiles } from './questions.reader.js';

/** What only the list's owner knows of it. */
export interface Description {
  /** The list's name for people. */
  readonly title?: string | undefined;
  /** SPDX expression of the terms of questions and answers. */
  readonly licence?: string | undefined;
  /** Where questions and answers come from. */
  readonly source?: string | undefined;
}

export interface BuildFacts extends ModelIdentity {
  readonly originals: number;
  readonly duplicates: number;
  readonly calibration: Calibration;
}

/** The manifest's members that are for people. */
export type About = Pick<EmbeddingManifest, 'title' | 'source' | 'accuracy'> & {
  readonly spdx: string;
};

/** Stands for terms that nobody has told. */
const UNSTATED = 'LicenseRef-questions-unstated';

export function aboutModel(
  { identity, manifest }: ModelFolder<EmbeddingManifest>,
  { files, title, licence = UNSTATED, source }: Description & { readonly files: QuestionFiles },
  facts: BuildFacts,
): About {
  const { spdx } = manifest.licence;
  const names = [files.originals, files.duplicates, files.answers ?? []].flat();
  const questions = source ?? names.map((path) => basename(path)).join(', ');
  const encoder = `${identity.name}/${identity.version}`;
  return {
    title: `${title ?? facts.name}: ${facts.originals} questions, matched by nearest centroid`,
    source: `Questions: ${questions}. Encoder: that of ${encoder}, whose source is: ${manifest.source}`,
    accuracy: measurements(facts),
    spdx: licence === spdx ? spdx : `${spdx} AND ${licence}`,
  };
}

/** Each figure with the words it is called by, here, in the manifest and on the terminal. */
export const FIGURE_NAMES = {
  accuracyAt1: 'Acc@1',
  accuracyAt2: 'Acc@2',
  accuracyAt3: 'Acc@3',
  meanReciprocalRank: 'MRR',
  expectedCalibrationError: 'expected calibration error',
  areaUnderRoc: 'AUROC no match (original left out)',
  answered: 'answered',
  answeredWithoutOriginal: 'answered (original left out)',
} as const satisfies Record<keyof Figures, string>;

const OF_LEFT_OUT: ReadonlySet<string> = new Set<keyof Figures>([
  'areaUnderRoc',
  'answered',
  'answeredWithoutOriginal',
]);

function measurements(facts: BuildFacts): EmbeddingManifest['accuracy'] {
  const { duplicates, originals, calibration } = facts;
  const dataset =
    `${duplicates} duplicates of ${originals} originals, each held out once ` +
    '(4-fold cross-validation)';
  const note =
    'left out: the same texts with their original taken off the list, so that nothing matches; ' +
    'the threshold was chosen on these texts';
  return Object.entries(FIGURE_NAMES).map(([figure, metric]) => ({
    metric,
    value: Number(calibration.figures[figure as keyof Figures].toFixed(4)),
    dataset,
    ...(OF_LEFT_OUT.has(figure) ? { note } : {}),
  }));
}

export function readmeOf({ title, source, spdx, accuracy }: About, facts: BuildFacts): string {
  const { scale, threshold } = facts.calibration;
  const rows = accuracy.map(({ metric, value }) => `| ${metric} | ${value} |`);
  return `# ${facts.name}, version ${facts.version}

${title}. Made by \`nestor faq build\`.

**Origin.** ${source}

**Licence.** ${spdx}${spdx.includes(UNSTATED) ? ' (the terms of questions and answers were not stated)' : ''}.

**How it matches.** Every original is the normalised mean of the vectors of itself and its duplicates. Probabilities are softmax(cosine * ${scale.toFixed(2)}); a best cosine below ${threshold.toFixed(3)} means that nothing in the list matches.

**Accuracy.** ${accuracy[0]?.dataset ?? ''}. "Left out" are the same texts with their original taken off the list, so that nothing matches; questions about something else altogether are told apart more easily.

| Measure | Value |
|---|---|
${rows.join('\n')}
`;
}
