export interface ProblemSpec {
  status: number;
  title: string;
  /** What who asked can do. */
  remedy: string;
  retryAfterSeconds?: number;
}
