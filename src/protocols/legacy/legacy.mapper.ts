import type { Prediction, Scenarios } from '../../scoring/scorer.js';

/** How the reference services report the time that a request took. */
const computedIn = (ms: number) => `Computed in ${Math.round(ms)} ms`;

type Named<T> = readonly (readonly [name: string, predictions: T])[];

/** `[[[id, answerId, probability], …], "Computed in X ms"]` */
export function faqResult(result: Scenarios['faq']['result'], ms: number) {
  const rows = result.matches.map(({ id, answerId, probability }) => [id, answerId, probability]);
  return { result: [rows, computedIn(ms)] };
}

/** `[{name: [["n02127052 lynx, catamount", 0.9965], …]}, "Computed in X ms"]` */
export function visionResult(scored: Named<readonly Prediction[]>, ms: number) {
  const rows = scored.map(([name, predictions]) => [
    name,
    predictions.map(({ wnid, label, probability }) => [`${wnid} ${label}`, probability]),
  ]);
  return { result: [Object.fromEntries(rows), computedIn(ms)] };
}

/** The Keras service's result: a text that is JSON and a Python literal alike. */
export function kerasResult(scored: Named<readonly Prediction[]>, ms: number) {
  const rows = scored.map(([name, predictions]) => [
    name,
    predictions.map(({ wnid, label, probability }) => [wnid, shortName(label), probability]),
  ]);
  return { result: JSON.stringify([Object.fromEntries(rows), computedIn(ms)]) };
}

/** Keras names a class by the first of its names, its spaces underscored. */
function shortName(label: string): string {
  return label.split(',', 1).join('').trim().replaceAll(' ', '_');
}
