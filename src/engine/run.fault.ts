const MAX_LENGTH = 500;

/**
 * What ONNX Runtime says of a run, without what it says of the values: which node failed and how
 * stands before `Status Message:`, and behind it may stand an index or a text that a caller sent.
 */
export function withoutValues(message: string): string {
  const end = message.indexOf('Status Message:');
  return (end < 0 ? message : message.slice(0, end).trimEnd()).slice(0, MAX_LENGTH);
}
