import { readFile } from 'node:fs/promises';
import { Tokenizer as WordPiece } from '@huggingface/tokenizers';
import type { Tensors } from '../engine/tensor.js';

/** Cuts a text into the word pieces of a `tokenizer.json`, as the encoder was trained on. */
export class Tokenizer {
  private constructor(
    private readonly wordPiece: WordPiece,
    private readonly maxTokens: number,
  ) {}

  /** @param maxTokens longest input of the encoder, [CLS] and [SEP] included */
  static async read(path: string, maxTokens: number): Promise<Tokenizer> {
    return new Tokenizer(new WordPiece(JSON.parse(await readFile(path, 'utf8')), {}), maxTokens);
  }

  /** Token ids with [CLS] and [SEP]; a long text loses its end. */
  ids(text: string): number[] {
    const { ids } = this.wordPiece.encode(text);
    const last = ids.at(-1);
    if (ids.length <= this.maxTokens || last === undefined) return ids;
    return [...ids.slice(0, this.maxTokens - 1), last];
  }

  /** The encoder's inputs for one text: `input_ids` and `attention_mask`, INT64 [1, tokens]. */
  tensors(text: string): Tensors {
    const ids = BigInt64Array.from(this.ids(text), BigInt);
    const shape = [1, ids.length];
    return {
      input_ids: { datatype: 'INT64', shape, data: ids },
      attention_mask: { datatype: 'INT64', shape, data: new BigInt64Array(ids.length).fill(1n) },
    };
  }
}
