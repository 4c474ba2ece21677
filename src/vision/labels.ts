import { readFile } from 'node:fs/promises';

export interface ClassLabel {
  readonly wnid: string;
  readonly label: string;
}

/**
 * Reads one class a line, in the order of the classifier's columns: WordNet id, tab, names.
 * @throws Error naming the first line that is not of this form
 */
export async function readLabels(path: string): Promise<ClassLabel[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line, index) => {
    const [wnid, label, ...rest] = line.split('\t');
    if (!wnid || !label || rest.length > 0) {
      throw new Error(`labels: line ${index + 1} is not a WordNet id, a tab and names`);
    }
    return { wnid, label };
  });
}
