/** The build cannot begin or end as asked; the message says what to do. */
export class FaqBuildError extends Error {
  override readonly name = 'FaqBuildError';
}
